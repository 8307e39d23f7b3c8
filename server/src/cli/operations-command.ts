import type { HoldfastClient } from '@holdfast/client';
import { AppError } from '@holdfast/shared/errors';
import type { OperationProgress } from '@holdfast/shared/operation';
import type { Command } from 'commander';
import type { Invocation } from './invocation.ts';
import { limitOf } from './option-values.ts';
import { progressLine } from './progress-display.ts';
import { isWholeId, shortIds } from './short-ids.ts';
import { type Column, table } from './table.ts';
import { formatTime, formatTimeOrDash } from './times.ts';

interface ListOptions {
  readonly limit: number;
  readonly after?: string;
}

/** `operations current | list | cancel`. */
export function addOperationsCommand(program: Command, invocation: Invocation): void {
  const operations = program.command('operations').description('backups and restores that run or ran');
  operations
    .command('current', { isDefault: true })
    .description('what runs now')
    .action(() => current(invocation));
  operations
    .command('list')
    .description('what ran, newest first')
    .argument('[deployment]', 'only on this one, by name or id')
    .option('--limit <1-200>', 'how many', limitOf(200), 50)
    .option('--after <id>', 'go on after this id, as the list before said')
    .action((deployment: string | undefined, options: ListOptions) => list(invocation, deployment, options));
  operations
    .command('cancel')
    .description('ask for one that runs to be stopped')
    .argument('<operation>', 'its id or the beginning of it')
    .action((id: string) => cancel(invocation, id));
}

async function current({ output, connect }: Invocation): Promise<void> {
  const { client } = await connect();
  const running = await client.operations.current.query();
  const columns: Column<OperationProgress>[] = [
    { title: 'id', value: ({ operationId }) => operationId },
    { title: 'since', value: ({ startedAt }) => formatTime(startedAt) },
    { title: 'what', value: progressLine },
  ];
  output.answer(running, () => table(running, columns, 'Nothing runs.'));
}

type Listed = Awaited<ReturnType<HoldfastClient['operations']['list']['query']>>['items'][number];

async function list(invocation: Invocation, deploymentId: string | undefined, options: ListOptions): Promise<void> {
  const { client } = await invocation.connect();
  const page = await client.operations.list.query({
    limit: options.limit,
    ...(deploymentId === undefined ? {} : { deploymentId }),
    ...(options.after === undefined ? {} : { cursor: options.after }),
  });
  const ids = shortIds(page.items.map(({ id }) => id));
  const columns: Column<Listed>[] = [
    { title: 'id', value: ({ id }) => ids.get(id) ?? id },
    { title: 'what', value: ({ kind }) => kind },
    { title: 'deployment', value: ({ deploymentName }) => deploymentName },
    { title: 'status', value: ({ status }) => status },
    { title: 'by', value: ({ actor }) => `${actor.kind} ${actor.id}` },
    { title: 'requested', value: ({ requestedAt }) => formatTime(requestedAt) },
    { title: 'ended', value: ({ endedAt }) => formatTimeOrDash(endedAt) },
  ];
  invocation.output.answer(page, () => table(page.items, columns, 'Nothing has run yet.'));
  if (page.nextCursor !== null) invocation.output.say(`There are more: --after ${page.nextCursor}`);
}

async function cancel({ output, connect }: Invocation, idOrPrefix: string): Promise<void> {
  const { client } = await connect();
  const id = isWholeId(idOrPrefix) ? idOrPrefix : await runningWith(client, idOrPrefix);
  await client.operations.cancel.mutate({ id });
  output.answer({ cancelRequested: id }, () => `Asked for ${id} to be stopped; it stops within seconds.`);
}

/** The one that runs and begins so. */
async function runningWith(client: HoldfastClient, prefix: string): Promise<string> {
  const running = await client.operations.current.query();
  const found = running.filter(({ operationId }) => operationId.startsWith(prefix.toLowerCase()));
  const [only, ...others] = found;
  if (only === undefined || others.length > 0) throw new AppError('OPERATION_NOT_FOUND', { id: prefix });
  return only.operationId;
}
