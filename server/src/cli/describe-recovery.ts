import type { RecoveredBackup, RecoveryReport } from '../commands/recover-backups.ts';
import type { Config } from '../config.ts';
import { formatBytes, formatCount, formatDuration } from './quantities.ts';
import { type Column, facts, table } from './table.ts';
import { formatTime } from './times.ts';

/** What `recover` did: the report, how many keys the kit gave, and what could not be connected. */
export interface RecoveryAnswer extends RecoveryReport {
  readonly keys: number;
  readonly problems: readonly string[];
}

/** What was recovered, what was not and why, and what to do now. */
export function describeRecovery(answer: RecoveryAnswer, { dataDir, ledgerUri }: Config): string {
  const { recovered, unreadable, problems } = answer;
  const head = facts([
    ['Destination', answer.destination],
    ['Ledger', ledgerUri === null ? `${dataDir}/ledger` : 'your replica set'],
    ['Archives', formatCount(answer.archives)],
    ['Recovered', formatCount(recovered.length)],
    ['Known before', formatCount(answer.known)],
    ['Keys imported', formatCount(answer.keys)],
    ['Took', formatDuration(answer.durationMs)],
  ]);
  return [
    head,
    ...(recovered.length === 0 ? [] : ['', table(recovered, columns, '')]),
    ...(unreadable.length === 0 ? [] : ['', 'Cannot be read:', table(unreadable, unreadableColumns, '')]),
    ...problems.map((problem) => `\n${problem}`),
    '',
    ...nextSteps(answer),
  ].join('\n');
}

function nextSteps({ destination, deployments }: RecoveryAnswer): string[] {
  const unconnected = deployments.filter(({ isConnected }) => !isConnected).map(({ name }) => name);
  const connect = unconnected.map((name) => `  holdfast deployments update ${name} --uri-file FILE`);
  return [
    'Next:',
    `  HOLDFAST_STORAGE_URL='${destination}' holdfast serve`,
    ...connect,
    '  holdfast restore BACKUP',
    'A recovered backup counts as verified once it was read wholly: holdfast verify BACKUP.',
    'Policies are off until you turn them on: holdfast policies set DEPLOYMENT --on.',
  ];
}

const columns: Column<RecoveredBackup>[] = [
  { title: 'backup', value: ({ backupId }) => backupId },
  { title: 'deployment', value: ({ deploymentName }) => deploymentName },
  { title: 'taken', value: ({ takenAt }) => formatTime(takenAt) },
  { title: 'documents', value: ({ documents }) => formatCount(documents), align: 'right' },
  { title: 'size', value: ({ sizeBytes }) => formatBytes(sizeBytes), align: 'right' },
  { title: 'encrypted', value: ({ encrypted }) => (encrypted ? 'yes' : 'no') },
];

const unreadableColumns: Column<RecoveryReport['unreadable'][number]>[] = [
  { title: 'archive', value: ({ key }) => key },
  { title: 'why', value: ({ failure }) => failure.message },
];
