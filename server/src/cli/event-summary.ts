import type { LedgerEvent } from '@holdfast/shared/events';
import { printable } from './printable.ts';
import { formatBandwidth, formatBytes, formatCount, formatDuration } from './quantities.ts';

/** What an event says, in one line: the facts that its type carries, most telling first. */
export function eventSummary({ data }: LedgerEvent): string {
  const values = data as Readonly<Record<string, unknown>>;
  const parts = telling.flatMap(([field, words]) => {
    const value = values[field];
    return value === undefined || value === null || value === '' ? [] : [words(value)];
  });
  return printable(parts.join(', '));
}

const asIs = (value: unknown) => String(value);

/** Of a policy a choice, of a backup the keys that can open it. */
function encryptionWords(value: unknown): string {
  if (typeof value === 'string') return `encryption ${value}`;
  return `encrypted for ${(value as { keys: { name: string }[] }).keys.map(({ name }) => name).join(', ')}`;
}

/** Of a policy whether there are any, of a backup how many. */
function usersWords(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'with users and roles' : 'without users';
  const { users, roles } = value as { readonly users: number; readonly roles: number };
  return `${formatCount(users)} users, ${formatCount(roles)} roles`;
}

const telling: readonly (readonly [field: string, words: (value: unknown) => string])[] = [
  ['name', asIs],
  ['deploymentName', asIs],
  ['kind', asIs],
  ['trigger', asIs],
  ['target', (target) => ((target as { kind: string }).kind === 'copy' ? 'into a copy' : 'in place')],
  ['reason', asIs],
  ['message', asIs],
  ['cause', asIs],
  ['namespace', asIs],
  ['databases', (databases) => (databases as string[]).join(' ')],
  ['documents', (count) => `${formatCount(Number(count))} documents`],
  ['collections', (count) => `${formatCount(Number(count))} collections`],
  ['inserted', (count) => `${formatCount(Number(count))} inserted`],
  ['replaced', (count) => `${formatCount(Number(count))} replaced`],
  ['uncertain', (count) => `${formatCount(Number(count))} written or not`],
  ['swaps', (swaps) => `${formatCount((swaps as unknown[]).length)} collections staged`],
  ['sizeBytes', (bytes) => formatBytes(Number(bytes))],
  ['durationMs', (ms) => formatDuration(Number(ms))],
  ['liveData', (state) => `live data ${state}`],
  ['enabled', (on) => (on ? 'on' : 'off')],
  ['scheduledHour', (hour) => `at ${String(hour).padStart(2, '0')}:00`],
  ['timezone', asIs],
  ['retentionCount', (count) => `keeps ${count}`],
  ['timeLimitMinutes', (minutes) => `time limit ${formatCount(Number(minutes))} min`],
  ['stallLimitMinutes', (minutes) => `stall limit ${formatCount(Number(minutes))} min`],
  ['verifyAfterBackup', (on) => (on ? 'verified after each backup' : 'verified by the scrub')],
  ['readPreference', (mode) => `reads from ${mode}`],
  ['parallelCollections', (count) => `${count} collections at once`],
  ['bandwidthLimitBytesPerSecond', (limit) => `at most ${formatBandwidth(Number(limit))}`],
  ['usersAndRoles', usersWords],
  ['encryption', encryptionWords],
  ['keyIds', (ids) => `${(ids as unknown[]).length} keys`],
  ['recipient', asIs],
  ['restoreMs', (ms) => `back in ${formatDuration(Number(ms))}`],
  ['serverVersion', (version) => `MongoDB ${version}`],
  ['restoreTestEvery', (count) => `every ${count} backups restore-tested`],
  ['minutesPerDay', (minutes) => `${formatCount(Number(minutes))} min a day`],
  ['everyDays', (days) => `every ${days} days`],
  ['bytesPerSecond', (limit) => `at most ${formatBandwidth(Number(limit))}`],
  ['hosts', (hosts) => (hosts as string[]).join(' ')],
  ['sha256', (hash) => `sha256 ${String(hash).slice(0, 12)}`],
  ['method', asIs],
  ['attempts', (count) => `${count} attempts`],
  ['source', (source) => `from ${source}`],
];
