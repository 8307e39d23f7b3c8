import type { HoldfastClient } from '@holdfast/client';
import {
  type FailedRestoreTest,
  type RestoreTestSettings,
  type RestoreTestsState,
  restoreTestEveryDays,
  restoreTestMinutesPerDay,
} from '@holdfast/shared/restore-test';
import type { Command } from 'commander';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import type { Invocation } from './invocation.ts';
import { numberOf } from './option-values.ts';
import { counted, formatCount, formatDuration } from './quantities.ts';
import { facts } from './table.ts';
import { formatTime } from './times.ts';

interface SetOptions {
  readonly everyDays?: number;
  readonly minutesPerDay?: number;
  readonly setAside?: string;
  readonly on?: boolean;
  readonly off?: boolean;
}

const days = rangeOf(restoreTestEveryDays);
const minutes = rangeOf(restoreTestMinutesPerDay);

/** `restore-tests [show] | set`. */
export function addRestoreTestsCommand(program: Command, invocation: Invocation): void {
  const tests = program
    .command('restore-tests')
    .description('how many backups were restored and compared, and how they are tested by a schedule');
  tests
    .command('show', { isDefault: true })
    .description('show it')
    .action(() => show(invocation));
  tests
    .command('set')
    .description('change what is given, leave the rest as it is')
    .option(
      '--every-days <1-365>',
      'days in which a backup of each deployment is tested once',
      numberOf('The days', days),
    )
    .option(
      '--minutes-per-day <1-1440>',
      'minutes of a day that all of them may take',
      numberOf('The minutes', minutes),
    )
    .option('--set-aside <deployment>', 'where to restore when no mongod of the version is at hand, or none')
    .option('--on', 'test by the schedule')
    .option('--off', 'test none but those that policies want, and when asked')
    .action((options: SetOptions) => set(invocation, options));
}

function rangeOf({ minValue, maxValue }: { readonly minValue: number | null; readonly maxValue: number | null }) {
  return { least: minValue ?? 1, most: maxValue ?? 1 };
}

async function show({ output, connect }: Invocation): Promise<void> {
  const { client } = await connect();
  const state = await client.restoreTests.state.query();
  const setAside = await setAsideName(client, state.settings);
  output.answer(state, () => describe(state, setAside));
}

async function set({ output, connect }: Invocation, options: SetOptions): Promise<void> {
  const change = changeOf(options);
  const { client } = await connect();
  const { settings } = await client.restoreTests.state.query();
  const chosen = await setAsideOf(client, options.setAside);
  const state = await client.restoreTests.set.mutate({ ...settings, ...change, ...chosen });
  const setAside = await setAsideName(client, state.settings);
  output.answer(state, () => describe(state, setAside));
}

function changeOf({ everyDays, minutesPerDay, setAside, on, off }: SetOptions): Partial<RestoreTestSettings> {
  if (on && off) throw usage('--on and --off cannot both be given.');
  const change = {
    ...(everyDays === undefined ? {} : { everyDays }),
    ...(minutesPerDay === undefined ? {} : { minutesPerDay }),
    ...(on ? { enabled: true } : off ? { enabled: false } : {}),
  };
  if (Object.keys(change).length === 0 && setAside === undefined) throw usage('There is nothing to change.');
  return change;
}

async function setAsideOf(
  client: HoldfastClient,
  wanted: string | undefined,
): Promise<Partial<Pick<RestoreTestSettings, 'setAsideId'>>> {
  if (wanted === undefined) return {};
  if (wanted === 'none') return { setAsideId: null };
  return { setAsideId: (await client.deployments.byId.query({ id: wanted })).id };
}

async function setAsideName(client: HoldfastClient, { setAsideId }: RestoreTestSettings): Promise<string> {
  if (setAsideId === null) return 'none';
  const deployments = await client.deployments.list.query();
  return deployments.find(({ id }) => id === setAsideId)?.name ?? `${setAsideId}, which was removed`;
}

function usage(message: string): CliError {
  const hint = 'Give one or more of --every-days, --minutes-per-day, --set-aside, --on, --off.';
  return new CliError(exitCodes.usage, { code: 'USAGE', message, hint });
}

function describe(state: RestoreTestsState, setAside: string): string {
  const { settings, completed, tested, failed, failedTotal, notMade, notMadeTotal } = state;
  const { spentMs, versions, overdue, running } = state;
  const { enabled, everyDays, minutesPerDay } = settings;
  return facts([
    ['Schedule', enabled ? `on, a backup of each deployment once in ${counted(everyDays, 'day')}` : 'off'],
    ['May take', `${formatCount(minutesPerDay)} min of a day; ${formatDuration(spentMs)} of today are spent`],
    ['Set aside', setAside],
    ['Restore-tested', `${formatCount(tested)} of ${counted(completed, 'backup')}`],
    ['mongod at hand', versions === null ? 'not known here' : versions.join(', ') || 'none'],
    ...running.map(({ deploymentName, phase }): [string, string] => ['Testing now', `${deploymentName}, ${phase}`]),
    ...overdue.map(({ deploymentName, testedAt }): [string, string] => [
      'Not tested for long',
      `${deploymentName}, ${testedAt === null ? 'never' : formatTime(testedAt)}`,
    ]),
    ['Failed in all', formatCount(failedTotal)],
    ...failed.map((one): [string, string] => ['Failed', failedWords(one)]),
    ['Could not be tested', formatCount(notMadeTotal)],
    ...notMade.map((one): [string, string] => ['Not tested', failedWords(one)]),
  ]);
}

function failedWords({ backupId, deploymentName, createdAt, message }: FailedRestoreTest): string {
  return `${backupId}, ${deploymentName} of ${formatTime(createdAt)}: ${message}`;
}
