import type { Backup, BackupCollection, BackupCopy } from '@holdfast/shared/backup';
import type { DumpOrigin, Optime } from '@holdfast/shared/manifest';
import { printable } from './printable.ts';
import { counted, formatBytes, formatCount, formatDuration } from './quantities.ts';
import { describeTest } from './restore-test-command.ts';
import { shortIds } from './short-ids.ts';
import { type Column, facts, table } from './table.ts';
import { formatTime, formatTimeOrDash } from './times.ts';

/** A backup in `title  value` lines; what is not known yet is left out. */
export function describeBackup(backup: Backup): string {
  const { sizeBytes, rawBytes, documents, collections, durationMs, filePath, sha256, error } = backup;
  const optional: [string, string | null][] = [
    ['Took', durationMs === null ? null : formatDuration(durationMs)],
    ['Size', sizeBytes === null ? null : sizes(sizeBytes, rawBytes)],
    [
      'Holds',
      documents === null ? null : `${formatCount(documents)} documents in ${formatCount(collections ?? 0)} collections`,
    ],
    ['Imported from', backup.origin === undefined ? null : originText(backup.origin)],
    ['File', filePath],
    ['SHA-256', sha256],
    ['Encrypted', backup.encryption === null ? null : `for ${keyNames(backup)}`],
    ['Taken by', safetyWords(backup)],
    ['Users', usersWords(backup)],
    ['Consistency', consistencyWords(backup)],
    ['Verified', verifiedWords(backup)],
    ['Restore test', backup.restoreTest === null ? null : testedWords(backup)],
    ['Error', error === null ? null : error.message],
    ['What to do', error === null ? null : error.hint],
  ];
  return facts([
    ['Backup', backup.id],
    ['Deployment', backup.deploymentName],
    ['Scope', backup.database === null ? 'all databases' : `database ${backup.database}`],
    ['Status', isDamaged(backup) ? `${backup.status}, DAMAGED` : backup.status],
    [backup.trigger === 'imported' ? 'Taken' : 'Requested', `${formatTime(backup.createdAt)} (${backup.trigger})`],
    ...optional.filter((entry): entry is [string, string] => entry[1] !== null),
    ...backup.copies.map((copy) => ['Kept at', copyWords(copy)] as const),
  ]);
}

function originText({ kind, fileName, toolVersion, serverVersion }: DumpOrigin): string {
  const versions = [toolVersion && `mongodump ${toolVersion}`, serverVersion && `MongoDB ${serverVersion}`];
  return [`${printable(fileName)} (${kindWords[kind]})`, ...versions.filter(Boolean)].join(', ');
}

const kindWords: Readonly<Record<DumpOrigin['kind'], string>> = {
  archive: 'an archive of mongodump',
  'archive-gzip': 'a compressed archive of mongodump',
  directory: 'a directory of mongodump',
  bson: 'the documents of one collection',
};

function safetyWords({ safety }: Backup): string | null {
  if (safety === undefined) return null;
  const what = safety.kind === 'needed' ? 'what no rename can bring back' : 'everything that it was about to replace';
  return `the restore ${safety.restoreId}, of ${what}`;
}

function usersWords({ usersAndRoles }: Backup): string | null {
  if (usersAndRoles === undefined) return null;
  return `${counted(usersAndRoles.users, 'user')}, ${counted(usersAndRoles.roles, 'role')}`;
}

/** It was completed, and did not pass a verification since. */
function isDamaged({ status, error }: Backup): boolean {
  return status === 'completed' && error !== null;
}

/** mongodump gives each collection by itself; the optimes say between which moments all of them were read. */
function consistencyWords({ status, optimes }: Backup): string | null {
  if (status !== 'completed') return null;
  const each = 'each collection by itself, not one point in time';
  if (!optimes?.start || !optimes.end) return each;
  const [from, to] = [optimes.start, optimes.end].map(optimeText);
  if (from === to) return `${each}; nothing was written meanwhile, optime ${from}`;
  return `${each}; between optime ${from} and ${to}`;
}

function optimeText({ seconds, increment }: Optime): string {
  return `${formatTime(new Date(seconds * 1_000).toISOString())} #${increment}`;
}

function verifiedWords(backup: Backup): string | null {
  if (isDamaged(backup)) return `no: found damaged ${formatTimeOrDash(backup.checkedAt)}`;
  if (backup.verifiedAt !== null) return formatTime(backup.verifiedAt);
  return backup.status === 'completed' ? 'not yet' : null;
}

/** The newest test, and what an earlier one found where it did not take place. */
function testedWords({ restoreTest, testedAt, failedTest }: Backup): string {
  const newest = describeTest(restoreTest);
  if (failedTest !== null && failedTest.at !== restoreTest?.at)
    return `${newest}; FAILED ${formatTime(failedTest.at)}: ${failedTest.error.message}`;
  const isOlder = testedAt !== null && restoreTest?.state !== 'passed';
  return isOlder ? `${newest}; passed ${formatTime(testedAt)}` : newest;
}

function copyWords({ destinationId, name, state, at, error }: BackupCopy): string {
  const since = at === null ? '' : `, ${formatTime(at)}`;
  return `${name ?? destinationId}: ${state}${since}${error === null ? '' : `: ${error.message}`}`;
}

/** Backups as a list. */
export function backupTable(backups: readonly Backup[]): string {
  const ids = shortIds(backups.map(({ id }) => id));
  const columns: Column<Backup>[] = [
    { title: 'id', value: ({ id }) => ids.get(id) ?? id },
    { title: 'deployment', value: ({ deploymentName }) => deploymentName },
    { title: 'requested', value: ({ createdAt }) => formatTime(createdAt) },
    { title: 'by', value: ({ trigger }) => trigger },
    { title: 'status', value: ({ status }) => status },
    { title: 'size', value: ({ sizeBytes }) => (sizeBytes === null ? '-' : formatBytes(sizeBytes)), align: 'right' },
    {
      title: 'documents',
      value: ({ documents }) => (documents === null ? '-' : formatCount(documents)),
      align: 'right',
    },
    {
      title: 'took',
      value: ({ durationMs }) => (durationMs === null ? '-' : formatDuration(durationMs)),
      align: 'right',
    },
    { title: 'encrypted for', value: (backup) => keyNames(backup) || '-' },
    { title: 'verified', value: (backup) => (isDamaged(backup) ? 'DAMAGED' : formatTimeOrDash(backup.verifiedAt)) },
    { title: 'restore-tested', value: ({ testedAt }) => formatTimeOrDash(testedAt) },
  ];
  return table(backups, columns, 'There is no backup yet. Take one: holdfast backup DEPLOYMENT');
}

/** What a backup holds. */
export function collectionTable(collections: readonly BackupCollection[]): string {
  const columns: Column<BackupCollection>[] = [
    { title: 'namespace', value: nameOf },
    { title: 'type', value: ({ type }) => type },
    { title: 'documents', value: ({ documents }) => formatCount(documents), align: 'right' },
    { title: 'size', value: ({ bytes }) => formatBytes(bytes), align: 'right' },
    { title: 'indexes', value: ({ indexes }) => formatCount(indexes), align: 'right' },
  ];
  const sorted = collections.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  return table(sorted, columns, 'It holds no collection.');
}

function keyNames({ encryption }: Backup): string {
  return (encryption?.keys ?? []).map(({ name }) => name).join(', ');
}

function nameOf({ database, collection }: BackupCollection): string {
  return `${database}.${collection}`;
}

function sizes(sizeBytes: number, rawBytes: number | null): string {
  return rawBytes === null
    ? formatBytes(sizeBytes)
    : `${formatBytes(sizeBytes)}, ${formatBytes(rawBytes)} uncompressed`;
}
