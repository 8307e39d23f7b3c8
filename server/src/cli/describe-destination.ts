import type { Destination, Reconciliation, UnknownArchive } from '@holdfast/shared/destination';
import type { Failure } from '@holdfast/shared/failures';
import { counted, formatBytes, formatCount, formatDuration } from './quantities.ts';
import { type Column, facts, table } from './table.ts';
import { formatTime, formatTimeOrDash } from './times.ts';

/** A destination, what the last pass found there, and the backups that are missing. */
export function describeDestination(destination: Destination): string {
  const { id, name, url, problem, usedBy, lastReconciliation: last, missing } = destination;
  const head = facts([
    ['Destination', url],
    ['Name', name],
    ['Id', id],
    ['Backups', backupsOf(destination)],
    ...(usedBy.length === 0 ? [] : ([['Used by', usedBy.join(', ')]] as const)),
    ...(problem === null ? ([['Free', spaceOf(destination)]] as const) : problemFacts(problem)),
    ...(last === null ? ([['Reconciled', 'not yet']] as const) : passFacts(last)),
  ]);
  return [head, ...section('Missing', missing, missingColumns), ...unknownSection(last)].join('\n');
}

function backupsOf({ backups, behind, failing }: Destination): string {
  const parts = [
    formatCount(backups),
    ...(behind === 0 ? [] : [`${formatCount(behind)} to be copied`]),
    ...(failing === 0 ? [] : [`${formatCount(failing)} of them failed so far`]),
  ];
  return parts.join(', ');
}

/** What is free there, in words. */
export function spaceOf({ freeBytes, totalBytes }: Pick<Destination, 'freeBytes' | 'totalBytes'>): string {
  if (freeBytes === null || totalBytes === null) return 'unknown';
  return `${formatBytes(freeBytes)} of ${formatBytes(totalBytes)}`;
}

function problemFacts({ message, hint }: Failure): (readonly [string, string])[] {
  return [
    ['Unavailable', message],
    ['What to do', hint],
  ];
}

/** What one pass found and did. */
export function describeReconciliation(report: Reconciliation): string {
  const removed = report.removedArchives;
  return [
    facts(passFacts(report)),
    ...section('Found missing', report.missing, foundMissingColumns),
    ...section('Removed', removed, removedColumns),
    ...unknownSection(report),
  ].join('\n');
}

function passFacts(report: Reconciliation): (readonly [string, string])[] {
  const { problem, removedPartials, removedArchives, elsewhere } = report;
  const optional: [string, string | null][] = [
    ['Problem', problem?.message ?? null],
    ['What to do', problem?.hint ?? null],
    ['Elsewhere', elsewhere === 0 ? null : `${counted(elsewhere, 'backup')} kept at another destination`],
  ];
  return [
    ['Reconciled', `${formatTime(report.at)}, in ${formatDuration(report.durationMs)}`],
    ['Archives', formatCount(report.archives)],
    [
      'Removed',
      `${counted(removedPartials.length, 'unfinished upload')}, ${counted(removedArchives.length, 'archive')}`,
    ],
    ...optional.filter((entry): entry is [string, string] => entry[1] !== null),
  ];
}

function section<T>(title: string, rows: readonly T[], columns: readonly Column<T>[]): string[] {
  return rows.length === 0 ? [] : ['', `${title}:`, table(rows, columns, '')];
}

function unknownSection(report: Reconciliation | null): string[] {
  if (report === null) return [];
  const more = report.unknownTotal - report.unknown.length;
  const lines = section('Unknown to the ledger', report.unknown, unknownColumns);
  return more > 0 ? [...lines, `and ${formatCount(more)} more`] : lines;
}

const missingColumns: Column<Destination['missing'][number]>[] = [
  { title: 'backup', value: ({ backupId }) => backupId },
  { title: 'deployment', value: ({ deploymentName }) => deploymentName },
  { title: 'requested', value: ({ createdAt }) => formatTime(createdAt) },
  { title: 'file', value: ({ key }) => key },
];

const foundMissingColumns: Column<Reconciliation['missing'][number]>[] = [
  { title: 'backup', value: ({ backupId }) => backupId },
  { title: 'deployment', value: ({ deploymentName }) => deploymentName },
  { title: 'file', value: ({ key }) => key },
];

const removedColumns: Column<Reconciliation['removedArchives'][number]>[] = [
  { title: 'backup', value: ({ backupId }) => backupId },
  { title: 'status', value: ({ status }) => status },
  { title: 'file', value: ({ key }) => key },
];

const unknownColumns: Column<UnknownArchive>[] = [
  { title: 'deployment', value: ({ manifest }) => manifest?.deploymentName ?? '-' },
  { title: 'taken', value: ({ manifest }) => formatTimeOrDash(manifest?.startedAt ?? null) },
  {
    title: 'documents',
    value: ({ manifest }) => (manifest === null ? '-' : formatCount(manifest.documents)),
    align: 'right',
  },
  { title: 'size', value: ({ sizeBytes }) => formatBytes(sizeBytes), align: 'right' },
  { title: 'what', value: verdictOf },
  { title: 'key', value: ({ key }) => key },
];

function verdictOf({ adoptable, status, problem }: UnknownArchive): string {
  if (problem !== null) return `cannot be read: ${problem}`;
  if (status === 'missing') return 'a missing backup, back';
  if (adoptable && status === 'completed') return 'adoptable as a copy';
  return adoptable ? 'adoptable' : `a copy of a backup that is ${status}`;
}
