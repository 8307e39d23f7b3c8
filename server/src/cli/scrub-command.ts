import type { ScrubSettings, VerificationState } from '@holdfast/shared/verification';
import type { Command } from 'commander';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import type { Invocation } from './invocation.ts';
import { bandwidthLimitOf, everyDaysOf } from './option-values.ts';
import { counted, formatBandwidth, formatBytes, formatCount } from './quantities.ts';
import { facts } from './table.ts';
import { formatTime, formatTimeOrDash } from './times.ts';

interface SetOptions {
  readonly everyDays?: number;
  readonly bandwidthLimit?: number | 'none';
  readonly on?: boolean;
  readonly off?: boolean;
}

/** `scrub [show] | set`. */
export function addScrubCommand(program: Command, invocation: Invocation): void {
  const scrub = program
    .command('scrub')
    .description('how far backups are verified, and how they are read again in turn');
  scrub
    .command('show', { isDefault: true })
    .description('show it')
    .action(() => show(invocation));
  scrub
    .command('set')
    .description('change what is given, leave the rest as it is')
    .option('--every-days <1-365>', 'days in which each archive is read again once', everyDaysOf)
    .option('--bandwidth-limit <MB/s>', 'megabytes a second that it may read, or none', bandwidthLimitOf)
    .option('--on', 'read archives again in turn')
    .option('--off', 'read none but those that were just made, and when asked')
    .action((options: SetOptions) => set(invocation, options));
}

async function show({ output, connect }: Invocation): Promise<void> {
  const { client } = await connect();
  const state = await client.verification.state.query();
  output.answer(state, () => describe(state));
}

async function set({ output, connect }: Invocation, options: SetOptions): Promise<void> {
  const change = changeOf(options);
  const { client } = await connect();
  const { scrub } = await client.verification.state.query();
  const state = await client.verification.set.mutate({ ...scrub, ...change });
  output.answer(state, () => describe(state));
}

function changeOf({ everyDays, bandwidthLimit, on, off }: SetOptions): Partial<ScrubSettings> {
  if (on && off) throw usage('--on and --off cannot both be given.');
  const change = {
    ...(everyDays === undefined ? {} : { everyDays }),
    ...(bandwidthLimit === undefined ? {} : { bytesPerSecond: bandwidthLimit === 'none' ? null : bandwidthLimit }),
    ...(on ? { enabled: true } : off ? { enabled: false } : {}),
  };
  if (Object.keys(change).length === 0) throw usage('There is nothing to change.');
  return change;
}

function usage(message: string): CliError {
  const hint = 'Give one or more of --every-days, --bandwidth-limit, --on, --off.';
  return new CliError(exitCodes.usage, { code: 'USAGE', message, hint });
}

function describe(state: VerificationState): string {
  const { scrub, verified, completed, failed, failedTotal, due, dueBytes, neverChecked, running } = state;
  const damaged = failed.map(({ backupId, deploymentName, createdAt }) => [
    'Damaged',
    `${backupId}, ${deploymentName} of ${formatTime(createdAt)}`,
  ]);
  return facts([
    ['Scrub', scrub.enabled ? `on, each archive once in ${counted(scrub.everyDays, 'day')}` : 'off'],
    ['Reads at most', formatBandwidth(scrub.bytesPerSecond)],
    ['Verified', `${formatCount(verified)} of ${counted(completed, 'backup')}`],
    ['Never read', formatCount(neverChecked)],
    ['Waiting', `${counted(due, 'archive')}, ${formatBytes(dueBytes)}`],
    ['Longest not read', formatTimeOrDash(state.oldestCheckAt)],
    ['Last scrub', formatTimeOrDash(state.lastScrubAt)],
    ...running.map(({ deploymentName, bytes, totalBytes }): [string, string] => [
      'Reading now',
      `${deploymentName}, ${formatBytes(bytes)} of about ${formatBytes(totalBytes)}`,
    ]),
    ['Damaged in all', formatCount(failedTotal)],
    ...(damaged as [string, string][]),
  ]);
}
