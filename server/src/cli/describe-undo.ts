import type { Restore, RestoreUndo } from '@holdfast/shared/restore';
import type { UndoPlan } from '@holdfast/shared/restore-plan';
import { counted, formatBytes, formatCount } from './quantities.ts';
import { shortIds } from './short-ids.ts';
import { type Column, facts, table } from './table.ts';
import { formatTime } from './times.ts';

/** Restores, newest first, each with what can still be taken back. */
export function restoreTable(restores: readonly Restore[]): string {
  const ids = shortIds(restores.map(({ id }) => id));
  const columns: Column<Restore>[] = [
    { title: 'id', value: ({ id }) => ids.get(id) ?? id },
    { title: 'deployment', value: ({ deploymentName }) => deploymentName },
    { title: 'what', value: whatItIs },
    { title: 'status', value: ({ status }) => status },
    { title: 'requested', value: ({ createdAt }) => formatTime(createdAt) },
    { title: 'into', value: ({ databases }) => databases.join(', ') || '-' },
    { title: 'undo', value: ({ undo }) => (undo === null ? '-' : undoWords(undo)) },
  ];
  return table(restores, columns, 'Nothing has been restored yet.');
}

/** The lines about the undo of one; none where there is nothing to take back. */
export function describeUndo({ undo, undoOf }: Restore): string[] {
  const of: [string, string][] = undoOf === null ? [] : [['Takes back', undoOf]];
  if (undo === null) return of.length === 0 ? [] : [facts(of)];
  const kept = undo.state === 'kept' || undo.state === 'expired';
  return [
    facts([...of, ['Undo', undoWords(undo)], ...(kept ? [['Kept', formatBytes(undo.bytes)] as [string, string]] : [])]),
  ];
}

/** What taking a restore back would do, and what to be careful of. */
export function describeUndoPlan(restore: Restore, plan: UndoPlan): string {
  const head = facts([
    [
      'Undo',
      `of the restore of ${formatTime(restore.createdAt)} into ${plan.deploymentName} (${plan.hosts.join(', ')})`,
    ],
    ['Writes since', writesWords(plan)],
    ['Kept', `${formatBytes(plan.keptBytes)}, until ${formatTime(plan.until)}`],
    ['Plan', `${plan.id}, good until ${formatTime(plan.expiresAt)}`],
  ]);
  const rows = plan.namespaces.toSorted((a, b) => (a.target < b.target ? -1 : 1));
  const warnings = plan.warnings.map(({ message }) => `! ${message}`);
  return [
    head,
    '',
    table(rows, columns, 'Nothing comes back.'),
    ...(warnings.length > 0 ? ['', ...warnings] : []),
  ].join('\n');
}

function whatItIs({ undoOf, target }: Restore): string {
  if (undoOf !== null) return 'undo';
  return target.kind === 'copy' ? 'into a copy' : 'in place';
}

function undoWords({ state, until, by }: RestoreUndo): string {
  const words: Record<RestoreUndo['state'], string> = {
    kept: `possible until ${formatTime(until)}`,
    undone: `taken back by ${by ?? 'another restore'}`,
    expired: 'over; what was kept is being removed',
    dropped: 'over',
  };
  return words[state];
}

function writesWords({ writesSince, countedBy }: UndoPlan): string {
  if (writesSince === null) return 'cannot be told; all of them would be taken back';
  const what =
    countedBy === 'oplog' ? counted(writesSince, 'write') : `${counted(writesSince, 'document')} that differ`;
  return `${what}, which would be taken back`;
}

const orDash = (count: number | null) => (count === null ? '-' : formatCount(count));

const columns: Column<UndoPlan['namespaces'][number]>[] = [
  { title: 'namespace', value: ({ target }) => target },
  { title: 'what', value: ({ action }) => action },
  { title: 'now', value: ({ documentsNow }) => orDash(documentsNow), align: 'right' },
  { title: 'then', value: ({ documentsThen }) => orDash(documentsThen), align: 'right' },
  { title: 'writes since', value: ({ writesSince }) => orDash(writesSince), align: 'right' },
];
