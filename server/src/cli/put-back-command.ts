// `backups put-back`: single documents of a backup back into the live collection, shown first.
import type { BackupId } from '@holdfast/shared/ids';
import type { PutBackAnswer, PutBackChange, PutBackOutcome, PutBackPlan } from '@holdfast/shared/put-back';
import type { Command } from 'commander';
import { CliError } from './cli-error.ts';
import type { Connection } from './connect.ts';
import { exitCodes } from './exit-codes.ts';
import { findBackup } from './find-backup.ts';
import type { Invocation } from './invocation.ts';
import { printable } from './printable.ts';
import { counted, formatCount } from './quantities.ts';
import { requireConsent } from './require-consent.ts';
import { formatTime } from './times.ts';

interface PutBackOptions {
  readonly filter: string;
  readonly yes?: boolean;
}

/** Adds it to `backups`. */
export function addPutBackCommand(backups: Command, invocation: Invocation): void {
  backups
    .command('put-back')
    .description('put single documents back into the live collection that they came from')
    .argument('<backup>', 'its id or the beginning of it')
    .argument('<namespace>', 'database.collection')
    .requiredOption('--filter <json>', 'those whose fields equal these values, at most 50: {"_id": 7}')
    .option('--yes', 'write them without asking; without it they are shown and asked about')
    .action((id: string, namespace: string, options: PutBackOptions) => putBack(invocation, id, namespace, options));
}

async function putBack(
  invocation: Invocation,
  idOrPrefix: string,
  namespace: string,
  { filter, yes }: PutBackOptions,
): Promise<void> {
  const { output } = invocation;
  const { client } = await invocation.connect();
  const { id: backupId } = await findBackup(client, idOrPrefix);
  const positions = await positionsOf(client, { id: backupId, namespace, filter });
  const plan = await client.restores.planPutBack.query({ backupId, namespace, positions });
  output.say(`${describePutBack(plan)}\n`);
  const changing = plan.changes.filter(({ action }) => action !== 'same');
  if (changing.length > 0) await requireConsent(invocation, questionOf(plan, changing), yes);
  const documents = changing.map(({ position, liveDigest }) => ({ position, liveDigest }));
  const answer =
    documents.length === 0 ? nothing : await client.restores.putBack.mutate({ backupId, namespace, documents });
  output.answer({ plan, ...answer }, () => describeAnswer(plan, answer));
  requireWritten(answer);
}

const nothing: PutBackAnswer = { outcomes: [], recordProblem: null };
const most = 50;

/** The numbers of the documents that match. */
async function positionsOf(
  client: Connection['client'],
  { id, namespace, filter }: { readonly id: BackupId; readonly namespace: string; readonly filter: string },
): Promise<number[]> {
  const positions: number[] = [];
  for (let cursor: number | null = 0; cursor !== null; ) {
    const page = await client.backups.documents.query({ id, namespace, filter, cursor, limit: most + 1 });
    positions.push(...page.documents.map(({ position }) => position));
    if (positions.length > most) throw tooMany();
    cursor = page.endedBy === 'found' ? null : page.nextCursor;
  }
  if (positions.length === 0) throw nothingMatches(namespace);
  return positions;
}

/** Each document as it is and as it would be. */
export function describePutBack({ deploymentName, hosts, namespace, backupCreatedAt, changes }: PutBackPlan): string {
  const head = `${namespace} of ${deploymentName} (${hosts.join(', ')}), from the backup of ${formatTime(backupCreatedAt)}`;
  return [head, ...changes.flatMap(linesOf)].map(printable).join('\n');
}

function linesOf({ id, action, inBackup, live }: PutBackChange): string[] {
  if (action === 'same') return [`= ${id} is live as it was`];
  return [
    `${action === 'insert' ? '+' : '~'} ${id} ${action === 'insert' ? 'is inserted' : 'is replaced'}`,
    ...(live === null ? [] : [`  - ${live}`]),
    `  + ${inBackup}`,
  ];
}

function questionOf({ deploymentName, namespace }: PutBackPlan, changing: readonly PutBackChange[]): string {
  const replaced = changing.filter(({ action }) => action === 'replace').length;
  const what = `Insert ${formatCount(changing.length - replaced)} and replace ${formatCount(replaced)} documents`;
  return `${what} in ${namespace} of ${deploymentName}?`;
}

/** How many ended how, and each that was left with the reason. */
export function describeAnswer({ changes }: PutBackPlan, { outcomes }: PutBackAnswer): string {
  if (outcomes.length === 0) return 'Nothing was to be written.';
  const counts = Object.entries(outcomeWords).flatMap(([outcome, words]) => {
    const count = outcomes.filter((one) => one.outcome === outcome).length;
    const isAlwaysSaid = outcome === 'inserted' || outcome === 'replaced';
    return count > 0 || isAlwaysSaid ? [`${formatCount(count)} ${words}`] : [];
  });
  const idOf = (wanted: number) => changes.find(({ position }) => position === wanted)?.id ?? `number ${wanted}`;
  const reasons = outcomes.flatMap(({ position, outcome, problem }) =>
    problem === null ? [] : [`${idOf(position)} ${outcomeWords[outcome]}: ${problem}`],
  );
  return [`${counts.join(', ')}.`, ...reasons].map(printable).join('\n');
}

const outcomeWords: Readonly<Record<PutBackOutcome['outcome'], string>> = {
  inserted: 'inserted',
  replaced: 'replaced',
  same: 'the same by now',
  changed: 'changed meanwhile and left',
  refused: 'refused',
  'too-large': 'too large',
  failed: 'broken off, written or not',
  'not-tried': 'not tried',
};

function requireWritten({ outcomes, recordProblem }: PutBackAnswer): void {
  const left = outcomes.filter(({ outcome }) => !['inserted', 'replaced', 'same'].includes(outcome));
  const unrecorded =
    recordProblem === null ? '' : ` The ledger says that it was begun, and not how it ended: ${recordProblem}`;
  if (left.length > 0) {
    throw new CliError(exitCodes.failed, {
      code: 'NOT_ALL_PUT_BACK',
      message: `Not written, or not known to be: ${counted(left.length, 'document')}.${unrecorded}`,
      hint: 'Run it again to look at them again. Of refused ones a unique index may hold the values in another document.',
      details: { outcomes: left },
    });
  }
  if (recordProblem === null) return;
  throw new CliError(exitCodes.failed, {
    code: 'NOT_RECORDED',
    message: `The documents were written.${unrecorded}`,
    hint: 'The server tries again; note down that they were put back. See whether the ledger answers: holdfast doctor',
  });
}

function tooMany(): CliError {
  return new CliError(exitCodes.usage, {
    code: 'USAGE',
    message: `More than ${most} documents match.`,
    hint: 'Narrow the filter, or restore the collection: holdfast restore BACKUP --only NAMESPACE',
  });
}

function nothingMatches(namespace: string): CliError {
  return new CliError(exitCodes.notFound, {
    code: 'DOCUMENT_NOT_FOUND',
    message: `No document of ${namespace} matches.`,
    hint: 'holdfast backups documents BACKUP NAMESPACE lists them.',
  });
}
