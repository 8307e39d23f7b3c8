// The restores there were, and taking one back: its plan first, always; then only with the phrase.
import type { Restore } from '@holdfast/shared/restore';
import type { UndoPlan } from '@holdfast/shared/restore-plan';
import type { Command } from 'commander';
import { CliError } from './cli-error.ts';
import type { Connection } from './connect.ts';
import { describeRestore } from './describe-restore.ts';
import { describeUndo, describeUndoPlan, restoreTable } from './describe-undo.ts';
import { exitCodes } from './exit-codes.ts';
import { findRestore } from './find-restore.ts';
import type { Invocation } from './invocation.ts';
import { durationOf, limitOf } from './option-values.ts';
import { requireConsent } from './require-consent.ts';
import { requireCompleted, waitForEnd } from './wait-for-end.ts';

interface ListOptions {
  readonly limit: number;
  readonly after?: string;
}

interface UndoOptions {
  readonly confirm?: string;
  readonly plan?: boolean;
  readonly wait: boolean;
  readonly timeout?: number;
}

/** `restores list | show | undo | drop-undo`. */
export function addRestoresCommand(program: Command, invocation: Invocation): void {
  const restores = program.command('restores').description('the restores there were, and taking one back');
  restores
    .command('list', { isDefault: true })
    .description('list them, newest first')
    .argument('[deployment]', 'only those into this one, by name or id')
    .option('--limit <1-200>', 'how many', limitOf(200), 50)
    .option('--after <id>', 'go on after this id, as the list before said')
    .action((deployment: string | undefined, options: ListOptions) => list(invocation, deployment, options));
  restores
    .command('show')
    .description('show one, and whether it can be taken back')
    .argument('<restore>', idHelp)
    .action((id: string) => show(invocation, id));
  restores
    .command('undo')
    .description('take one back: what it replaced comes back, what is live now is kept as long')
    .argument('<restore>', idHelp)
    .option('--confirm <phrase>', 'the words that the plan asks for')
    .option('--plan', 'show the plan and stop')
    .option('--no-wait', 'return as soon as it is accepted')
    .option('--timeout <duration>', 'wait no longer than this (90s, 30m, 2h); it goes on at the server', durationOf)
    .action((id: string, options: UndoOptions) => undo(invocation, id, options));
  restores
    .command('drop-undo')
    .description('remove what one keeps before its time: it cannot be taken back then')
    .argument('<restore>', idHelp)
    .option('--yes', 'do not ask')
    .action((id: string, { yes }: { yes?: boolean }) => dropUndo(invocation, id, yes));
}

const idHelp = 'its id or the beginning of it';

async function list(invocation: Invocation, deploymentId: string | undefined, options: ListOptions): Promise<void> {
  const { client } = await invocation.connect();
  const page = await client.restores.list.query({
    limit: options.limit,
    ...(deploymentId === undefined ? {} : { deploymentId }),
    ...(options.after === undefined ? {} : { cursor: options.after }),
  });
  invocation.output.answer(page, () => restoreTable(page.items));
  if (page.nextCursor !== null) invocation.output.say(`There are more: --after ${page.nextCursor}`);
}

async function show({ output, connect }: Invocation, id: string): Promise<void> {
  const { client } = await connect();
  const restore = await findRestore(client, id);
  output.answer(restore, () => [describeRestore(restore), ...describeUndo(restore)].join('\n'));
}

async function undo(invocation: Invocation, idOrPrefix: string, options: UndoOptions): Promise<void> {
  const { output } = invocation;
  const connection = await invocation.connect();
  const restore = await findRestore(connection.client, idOrPrefix);
  const plan = await connection.client.restores.planUndo.mutate({ id: restore.id });
  if (options.plan) {
    output.answer(plan, () => describeUndoPlan(restore, plan));
    return;
  }
  output.say(`${describeUndoPlan(restore, plan)}\n`);
  if (options.confirm === undefined) throw notConfirmed(plan, idOrPrefix);
  await confirmAndWait(invocation, connection, restore, { ...options, planId: plan.id });
}

async function confirmAndWait(
  { output }: Invocation,
  connection: Connection,
  { id }: Restore,
  { planId, confirm, wait, timeout }: UndoOptions & { readonly planId: UndoPlan['id'] },
): Promise<void> {
  const phrase = confirm === undefined ? {} : { phrase: confirm };
  const requested = await connection.client.restores.undo.mutate({ id, planId, ...phrase });
  if (!wait) {
    output.answer(requested, () => `Requested undo ${requested.id}.`);
    return;
  }
  const ended = await waitForEnd(output, connection, { kind: 'restore', id: requested.id, timeoutMs: timeout });
  output.answer(ended, () => [describeRestore(ended), ...describeUndo(ended)].join('\n'));
  requireCompleted('restore', ended);
}

async function dropUndo(invocation: Invocation, idOrPrefix: string, yes: boolean | undefined): Promise<void> {
  const { client } = await invocation.connect();
  const { id, deploymentName } = await findRestore(client, idOrPrefix);
  const question = `Remove what the restore ${id} into ${deploymentName} keeps, so that it cannot be taken back?`;
  await requireConsent(invocation, question, yes);
  const restore = await client.restores.dropUndo.mutate({ id });
  invocation.output.answer(restore, () => describeUndo(restore).join('\n'));
}

/** The server checks the phrase itself; here it is only said before anything is asked of it. */
function notConfirmed(plan: UndoPlan, restore: string): CliError {
  return new CliError(exitCodes.refused, {
    code: 'NOT_CONFIRMED',
    message: `This replaces live data of ${plan.deploymentName}. Nothing was changed.`,
    hint: `To do it, type: holdfast restores undo ${restore} --confirm ${shellWord(plan.phrase)}`,
    details: { phrase: plan.phrase, plan },
  });
}

function shellWord(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
