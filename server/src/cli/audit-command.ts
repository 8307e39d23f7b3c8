import type { AuditQuery } from '@holdfast/shared/audit';
import type { LedgerEvent } from '@holdfast/shared/events';
import type { Command } from 'commander';
import { CliError } from './cli-error.ts';
import { eventSummary } from './event-summary.ts';
import { exitCodes } from './exit-codes.ts';
import { exportEvents } from './export-events.ts';
import type { Invocation } from './invocation.ts';
import { eventTypeOf, limitOf, momentOf } from './option-values.ts';
import { counted, formatDuration } from './quantities.ts';
import { type Column, facts, table } from './table.ts';
import { formatTime, formatTimeOrDash } from './times.ts';

interface SearchOptions {
  readonly type?: string;
  readonly deployment?: string;
  readonly operation?: string;
  readonly from?: string;
  readonly to?: string;
  readonly before?: number;
  readonly limit: number;
}

/** `audit search | verify | head | export`. */
export function addAuditCommand(program: Command, invocation: Invocation): void {
  const audit = program.command('audit').description('the ledger: who did what, when, and the proof that it is whole');
  audit
    .command('search', { isDefault: true })
    .description('events, newest first; all filters given must hold')
    .option('--type <type>', 'type of event, such as BackupCompleted', eventTypeOf)
    .option('--deployment <deployment>', 'name or id')
    .option('--operation <id>', 'the id of a backup or restore')
    .option('--from <time>', 'at or after (2026-11-24, 2026-11-24T02:30)', momentOf)
    .option('--to <time>', 'at or before', momentOf)
    .option(
      '--before <position>',
      'go on before this position, as the list before said',
      limitOf(Number.MAX_SAFE_INTEGER),
    )
    .option('--limit <1-500>', 'how many', limitOf(500), 50)
    .action((options: SearchOptions) => search(invocation, options));
  audit
    .command('verify')
    .description('walk the whole chain of hashes')
    .action(() => verify(invocation));
  audit
    .command('head')
    .description('the newest position and its hash, to be kept elsewhere')
    .action(() => head(invocation));
  audit
    .command('export')
    .description('every event as one JSON line, oldest first, to standard output')
    .option('--after <position>', 'only what comes after this one', limitOf(Number.MAX_SAFE_INTEGER))
    .action((options: { after?: number }) => exportEvents(invocation, options.after ?? 0));
}

async function search({ output, connect }: Invocation, options: SearchOptions): Promise<void> {
  const { client } = await connect();
  const { type, deployment, operation, from, to, before, limit } = options;
  const query: AuditQuery = { limit };
  if (type !== undefined) query.type = type;
  if (deployment !== undefined) query.deploymentId = (await client.deployments.byId.query({ id: deployment })).id;
  if (operation !== undefined) query.operationId = operation;
  if (from !== undefined) query.from = from;
  if (to !== undefined) query.to = to;
  if (before !== undefined) query.cursor = before;
  const page = await client.audit.search.query(query);
  output.answer(page, () => table(page.events as LedgerEvent[], columns, 'No event matches.'));
  if (page.nextCursor !== null) output.say(`There are more: --before ${page.nextCursor}`);
}

async function verify({ output, connect }: Invocation): Promise<void> {
  const { client } = await connect();
  const report = await client.audit.verify.mutate({});
  const { events, head: end, differsAt, durationMs } = report;
  output.answer(report, () =>
    report.intact
      ? `The chain is whole: ${counted(events, 'event')} checked in ${formatDuration(durationMs)}.\nHead ${end.position} ${end.hash}`
      : '',
  );
  if (report.intact) return;
  throw new CliError(exitCodes.failed, {
    code: 'CHAIN_BROKEN',
    message: `The ledger was changed: position ${differsAt?.position} does not hold (${differsAt?.problem}), expected ${differsAt?.expected}, found ${differsAt?.found}.`,
    hint: 'Keep a copy of the ledger as it is, and compare it with the heads that the archives carry.',
    details: { differsAt },
  });
}

async function head({ output, connect }: Invocation): Promise<void> {
  const { client } = await connect();
  const found = await client.audit.head.query();
  output.answer(found, () =>
    facts([
      ['Position', String(found.position)],
      ['Hash', found.hash],
      ['At', formatTimeOrDash(found.at)],
    ]),
  );
}

const columns: Column<LedgerEvent>[] = [
  { title: '#', value: ({ position }) => String(position), align: 'right' },
  { title: 'at', value: ({ at }) => formatTime(at) },
  { title: 'event', value: ({ type }) => type },
  { title: 'by', value: ({ actor }) => (actor.kind === 'api-key' ? `key ${actor.id}` : actor.kind) },
  { title: 'what', value: eventSummary },
  { title: 'hash', value: ({ hash }) => hash.slice(0, 12) },
];
