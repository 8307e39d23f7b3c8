// A restore from the command line: the plan first, always; then, into a copy at once, in place only with the phrase.
import type { RestoreTarget } from '@holdfast/shared/restore';
import type { RestorePlan } from '@holdfast/shared/restore-plan';
import { type Command, Option } from 'commander';
import { CliError } from './cli-error.ts';
import type { Connection } from './connect.ts';
import { describePlan, describeRestore } from './describe-restore.ts';
import { exitCodes } from './exit-codes.ts';
import { findBackup } from './find-backup.ts';
import type { Invocation } from './invocation.ts';
import { durationOf } from './option-values.ts';
import { requireCompleted, waitForEnd } from './wait-for-end.ts';

interface RestoreOptions {
  readonly intoCopy?: boolean;
  readonly suffix?: string;
  readonly inPlace?: boolean;
  readonly confirm?: string;
  readonly plan?: boolean;
  readonly wait: boolean;
  readonly timeout?: number;
}

/** `restore BACKUP [--into-copy | --in-place --confirm PHRASE]`. */
export function addRestoreCommand(program: Command, invocation: Invocation): void {
  program
    .command('restore')
    .description('bring a backup back: into a copy beside the live data (the default), or in place')
    .argument('<backup>', 'its id or the beginning of it')
    .addOption(new Option('--into-copy', 'into other databases of the same deployment').conflicts('inPlace'))
    .addOption(new Option('--suffix <suffix>', "what is appended to each database's name").conflicts('inPlace'))
    .option('--in-place', 'into the place it came from; needs --confirm')
    .option('--confirm <phrase>', 'the words that the plan asks for')
    .option('--plan', 'show the plan and stop')
    .option('--no-wait', 'return as soon as it is accepted')
    .option('--timeout <duration>', 'wait no longer than this (90s, 30m, 2h); it goes on at the server', durationOf)
    .action((id: string, options: RestoreOptions) => restore(invocation, id, options));
}

async function restore(invocation: Invocation, idOrPrefix: string, options: RestoreOptions): Promise<void> {
  const { output } = invocation;
  const connection = await invocation.connect();
  const { id: backupId } = await findBackup(connection.client, idOrPrefix);
  const plan = await connection.client.restores.plan.mutate({ backupId, target: targetOf(options) });
  if (options.plan) {
    output.answer(plan, () => describePlan(plan));
    return;
  }
  output.say(`${describePlan(plan)}\n`);
  requireConfirmation(plan, options, idOrPrefix);
  await confirmAndWait(invocation, connection, plan, options);
}

async function confirmAndWait(
  { output }: Invocation,
  connection: Connection,
  plan: RestorePlan,
  { confirm, wait, timeout }: RestoreOptions,
): Promise<void> {
  const phrase = confirm === undefined ? {} : { phrase: confirm };
  const requested = await connection.client.restores.confirm.mutate({ planId: plan.id, ...phrase });
  if (!wait) {
    output.answer(requested, () => `Requested restore ${requested.id}.`);
    return;
  }
  const ended = await waitForEnd(output, connection, { kind: 'restore', id: requested.id, timeoutMs: timeout });
  output.answer(ended, () => describeRestore(ended));
  requireCompleted('restore', ended);
}

function targetOf({ inPlace, suffix }: RestoreOptions): RestoreTarget {
  if (inPlace) return { kind: 'original' };
  return suffix === undefined ? { kind: 'copy' } : { kind: 'copy', suffix };
}

/** The server checks the phrase itself; here it is only said before anything is asked of it. */
function requireConfirmation(plan: RestorePlan, { confirm }: RestoreOptions, backup: string): void {
  if (plan.phrase === null || confirm !== undefined) return;
  throw new CliError(exitCodes.refused, {
    code: 'NOT_CONFIRMED',
    message: `This replaces live data of ${plan.deploymentName}. Nothing was changed.`,
    hint: `To do it, type: holdfast restore ${backup} --in-place --confirm ${shellWord(plan.phrase)}`,
    details: { phrase: plan.phrase, plan },
  });
}

function shellWord(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
