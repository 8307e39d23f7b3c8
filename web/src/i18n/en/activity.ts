import type { ChainReport } from '@holdfast/shared/audit';
import type { PolicyEncryption } from '@holdfast/shared/encryption';
import type { EventType } from '@holdfast/shared/events';
import type { RestorePhase } from '@holdfast/shared/restore';
import type { RestoreTestSkipReason } from '@holdfast/shared/restore-test';
import { reasonsOfBackup } from '../../backups/proof.ts';
import { changedLimits, hourText } from '../../policies/policy-words.ts';
import { createFormats } from '../formats.ts';
import type { EventSentences } from '../words.ts';
import { failureReasons } from './errors.ts';

const f = createFormats('en');

const typeNames: Record<EventType, string> = {
  BackupRequested: 'Backup requested',
  BackupStarted: 'Backup started',
  BackupSealed: 'Backup sealed',
  BackupCompleted: 'Backup completed',
  BackupFailed: 'Backup failed',
  BackupCancelled: 'Backup cancelled',
  BackupSkipped: 'Backup skipped',
  BackupVerified: 'Backup verified',
  BackupVerificationFailed: 'Verification failed',
  ScrubChanged: 'Scrub changed',
  BackupMissing: 'Archive missing',
  BackupAdopted: 'Archive adopted',
  BackupCopied: 'Archive copied',
  BackupCopyFailed: 'Copy failed',
  BackupCopyMissing: 'Copy missing',
  BackupImported: 'Dump imported',
  SafetyBackupCompleted: 'Safety backup completed',
  BackupExpired: 'Backup expired',
  BackupDeleted: 'Backup deleted',
  RestoreRequested: 'Restore requested',
  RestoreStarted: 'Restore started',
  RestorePhaseStarted: 'Restore went on',
  RestoreSafetyBackupTaken: 'Safety backup taken',
  RestoreStaged: 'Restore staged',
  RestoreUnstaged: 'Restore taken back before the swap',
  RestoreSwapped: 'Restore swapped',
  RestoreGivenUp: 'Restore given up',
  RestoreCompleted: 'Restore completed',
  RestoreFailed: 'Restore failed',
  RestoreCancelled: 'Restore cancelled',
  RestoreUndone: 'Restore taken back',
  RestoreUndoExpired: 'Undo ended',
  RestoreUndoDropped: 'Kept data removed',
  PutBackStarted: 'Putting back started',
  DocumentsPutBack: 'Documents put back',
  RestoreTestRequested: 'Restore test requested',
  RestoreTestStarted: 'Restore test started',
  RestoreTestPassed: 'Restore test passed',
  RestoreTestFailed: 'Restore test failed',
  RestoreTestSkipped: 'Restore test skipped',
  RestoreTestsChanged: 'Restore tests changed',
  OperationCancelRequested: 'Cancel requested',
  OperationTakenOver: 'Operation taken over',
  PolicyChanged: 'Policy changed',
  DeploymentRegistered: 'Deployment registered',
  DeploymentRecovered: 'Deployment recovered',
  DeploymentUpdated: 'Deployment changed',
  DeploymentRemoved: 'Deployment removed',
  DestinationAdded: 'Destination added',
  DestinationUpdated: 'Destination changed',
  DestinationRemoved: 'Destination removed',
  LedgerRecovered: 'Recovered from a destination',
  ConfigurationImported: 'Configuration imported',
  EncryptionKeyCreated: 'Encryption key created',
  EncryptionDefaultChanged: 'Encryption changed',
  EncryptionKeyRetired: 'Encryption key retired',
  EncryptionRecipientAdded: 'Recipient added',
  EncryptionRecipientRemoved: 'Recipient removed',
  RecoveryKitIssued: 'Recovery kit issued',
  RecoveryKitConfirmed: 'Recovery kit confirmed',
  SignedIn: 'Signed in',
  SignInFailed: 'Sign-in failed',
  ApiKeyCreated: 'API key created',
};

export const activity = {
  at: 'At',
  broken: (position: number) => `The ledger differs at #${f.count(position)}.`,
  brokenText: 'Somebody or something has changed it. Compare it with the positions that the archives’ manifests name.',
  data: 'Data of the event',
  details: (position: number) => `#${f.count(position)}, details`,
  differsFrom: (position: string) => `differs from #${position}`,
  equalTo: (position: string) => `equal to #${position}’s hash`,
  eventsText: (count: number) =>
    `${f.plural(count, { one: '1 event', other: `${f.count(count)} events` })}, each bound to the one before it by its hash.`,
  expectedFound: (expected: string, found: string) => `expected ${expected}, found ${found}`,
  filters: 'Filters',
  hash: 'Hash',
  kind: 'Kind',
  newer: (count: number) =>
    f.plural(count, { one: '1 newer event, show', other: `${f.count(count)} newer events, show` }),
  none: 'No event matches.',
  onlyThis: 'only this operation',
  operation: 'Operation',
  operationIs: (id: string) => `Operation …${id}`,
  previous: 'Previous hash',
  problem: {
    missing: 'The event is missing.',
    hash: 'Its content does not match its hash.',
    'previous-hash': 'It does not name the event before it.',
    head: 'The head does not name the last event.',
  } satisfies Record<NonNullable<ChainReport['differsAt']>['problem'], string>,
  removeFilter: 'Remove this filter',
  showPosition: (position: number) => `Show #${f.count(position)}`,
  story: 'Story',
  storyNote: 'All that the ledger says about it',
  stream: 'Stream',
  streamVersion: (stream: string, version: number) => `${stream}, version ${f.count(version)}`,
  type: 'Event',
  typeNames,
  upTo: (position: string) => `Up to #${position}`,
  verify: 'Verify the chain',
  verifying: 'Walking the chain…',
  whole: 'The chain is whole.',
  wholeText: (count: number, duration: string) =>
    `${f.plural(count, { one: '1 event', other: `${f.count(count)} events` })} from the first to the head; every hash agrees. Walked in ${duration}.`,
};

const restorePhases: Record<RestorePhase, string> = {
  verify: 'verifying the archive',
  'safety-backup': 'taking the safety backup',
  stage: 'staging the copy; live data unchanged',
  prove: 'proving the copy; live data unchanged',
  swap: 'bringing the copy into live data',
  finish: 'finishing the restore',
};

export const restoreTestSkips: Record<RestoreTestSkipReason, string> = {
  'no-server-of-version': 'no MongoDB of the right version is at hand',
  'no-space': 'there is too little space',
  'budget-spent': 'the time of the day is spent',
  'archive-in-use': 'its archive is in use',
  cancelled: 'it was cancelled',
  interrupted: 'its server stopped',
};

export const events: EventSentences = {
  BackupRequested: ({ trigger }) => `backup requested${trigger === 'schedule' ? ' by its schedule' : ''}`,
  BackupStarted: () => 'backup started',
  BackupSealed: ({ sizeBytes }) => `archive sealed, ${f.bytes(sizeBytes)}`,
  BackupCompleted: ({ sizeBytes, durationMs, documents }) =>
    `backed up: ${f.count(documents)} documents, ${f.bytes(sizeBytes)} in ${f.duration(durationMs)}`,
  BackupFailed: ({ reason }) => `backup failed: ${failureReasons[reason]}`,
  BackupCancelled: () => 'backup cancelled',
  BackupSkipped: ({ reason, dueAt }) =>
    `run of ${f.moment(dueAt)} skipped: ${reason === 'busy' ? 'another operation ran' : 'the service was down'}`,
  BackupVerified: ({ documents, durationMs }) =>
    `verified: ${f.count(documents)} documents read back in ${f.duration(durationMs)}`,
  ScrubChanged: ({ enabled, everyDays, bytesPerSecond }) =>
    enabled
      ? `Scrub: each archive once in ${f.count(everyDays)} days, ${bytesPerSecond === null ? 'as fast as it can be read' : `at most ${f.bytes(bytesPerSecond)}/s`}`
      : 'Scrub switched off',
  BackupVerificationFailed: ({ reason }) => `verification failed: ${failureReasons[reason]}`,
  BackupMissing: () => 'archive missing at its destination',
  BackupAdopted: ({ createdAt, documents, sizeBytes, recovered }) =>
    `archive of ${f.moment(createdAt)} ${recovered ? 'recovered by its manifest' : 'verified and adopted'}: ${f.count(documents)} documents, ${f.bytes(sizeBytes)}`,
  BackupCopied: ({ destinationName, sizeBytes }) => `archive copied to ${destinationName}, ${f.bytes(sizeBytes)}`,
  BackupCopyFailed: ({ destinationName, reason }) => `copy to ${destinationName} failed: ${failureReasons[reason]}`,
  BackupCopyMissing: ({ destinationName }) => `copy missing at ${destinationName}; it is made again`,
  BackupImported: ({ takenAt, documents, sizeBytes, origin }) =>
    `dump of ${f.moment(takenAt)} imported from ${origin.fileName}: ${f.count(documents)} documents, ${f.bytes(sizeBytes)}`,
  SafetyBackupCompleted: ({ documents, sizeBytes }) =>
    `what a restore replaces is saved: ${f.count(documents)} documents, ${f.bytes(sizeBytes)}`,
  BackupExpired: ({ policyId, retentionCount }) =>
    policyId === null
      ? 'safety backup expired with the undo that it was for'
      : `backup expired: the newest ${f.count(retentionCount)} are kept`,
  BackupDeleted: ({ cause }) => `archive deleted${cause === 'retention' ? ' by retention' : ''}`,
  OperationCancelRequested: ({ kind }) => `cancel of the ${kind} requested`,
  OperationTakenOver: ({ kind }) => `the ${kind} was left by its server; another one ends it`,
  RestoreRequested: ({ target, undoOf, source }) =>
    undoOf
      ? 'undo of a restore confirmed'
      : `restore ${source ? `of a backup of ${source.deploymentName} ` : ''}confirmed, ${target.kind === 'copy' ? 'into a copy' : 'in place'}`,
  RestoreStarted: () => 'restore started',
  RestorePhaseStarted: ({ phase }) => restorePhases[phase],
  RestoreSafetyBackupTaken: () => 'safety backup taken of what no rename can undo',
  RestoreStaged: ({ swaps }) =>
    `copy staged and proved${swaps.length === 0 ? '' : `, ${f.plural(swaps.length, { one: '1 collection', other: `${f.count(swaps.length)} collections` })}`}`,
  RestoreUnstaged: () => 'the copy is removed; live data unchanged',
  RestoreSwapped: ({ method, durationMs, groups, undoUntil, merged }) =>
    [
      merged === undefined ? 'copy swapped in' : `${documentsText(merged.inserted)} inserted`,
      ...(method === undefined
        ? []
        : [groups ? `in ${f.count(groups)} groups` : method === 'apply-ops' ? 'all at once' : 'one after the other']),
      ...(durationMs === undefined ? [] : [`in ${tookText(durationMs)}`]),
      ...(undoUntil === undefined ? [] : [`can be taken back until ${f.moment(undoUntil)}`]),
    ].join(', '),
  RestoreGivenUp: ({ reason, undoUntil }) =>
    `given up half-way: ${failureReasons[reason]}; what is still staged is removed${undoUntil === undefined ? '' : `, can be taken back until ${f.moment(undoUntil)}`}`,
  RestoreCompleted: ({ documents, databases, durationMs }) =>
    `restored: ${documentsText(documents)} in ${f.list(databases)}, in ${f.duration(durationMs)}`,
  RestoreFailed: ({ reason, liveData }) =>
    `restore failed: ${failureReasons[reason]}; live data ${liveData === 'untouched' ? 'unchanged' : liveData === 'replaced' ? 'replaced' : 'partly replaced'}`,
  RestoreCancelled: () => 'restore cancelled; live data unchanged',
  RestoreUndone: () => 'restore taken back',
  RestoreUndoExpired: ({ cause }) =>
    cause === 'expired' ? 'the time to take it back is over' : 'it is not to be taken back any more',
  RestoreUndoDropped: () => 'what it had replaced is removed',
  PutBackStarted: ({ namespace, documents }) =>
    `begun to put back into ${namespace}: at most ${documentsText(documents)}`,
  DocumentsPutBack: ({ namespace, inserted, replaced, uncertain }) =>
    `put back into ${namespace}: ${f.count(inserted)} inserted, ${f.count(replaced)} replaced` +
    (uncertain === undefined ? '' : `, ${f.count(uncertain)} broken off, written or not`),
  RestoreTestRequested: () => 'restore test requested',
  RestoreTestStarted: ({ serverVersion }) => `restore test started in a MongoDB ${serverVersion} of its own`,
  RestoreTestPassed: ({ documents, restoreMs }) =>
    `restore test passed: ${f.count(documents)} documents back in ${f.duration(restoreMs)}, compared and equal`,
  RestoreTestFailed: ({ reason }) =>
    `${reasonsOfBackup.includes(reason) ? 'restore test failed' : 'restore test could not be made'}: ${failureReasons[reason]}`,
  RestoreTestSkipped: ({ reason }) => `restore test skipped: ${restoreTestSkips[reason]}`,
  RestoreTestsChanged: ({ enabled, everyDays, minutesPerDay }) =>
    enabled
      ? `Restore tests: each deployment once in ${f.count(everyDays)} days, at most ${f.count(minutesPerDay)} minutes a day`
      : 'Scheduled restore tests switched off',
  PolicyChanged: ({ enabled, scheduledHour, timezone, retentionCount, encryption, ...limits }) =>
    (enabled
      ? `policy: daily at ${hourText(scheduledHour)} ${timezone}, the newest ${f.count(retentionCount)} kept`
      : 'policy switched off') +
    limitsText(limits) +
    encryptionText(encryption),
  DeploymentRegistered: ({ hosts }) => `registered, ${hosts.join(', ')}`,
  DeploymentRecovered: ({ hosts }) => `known again from its backups, ${hosts.join(', ')}; needs its connection string`,
  DeploymentUpdated: ({ hosts }) => `changed, ${hosts.join(', ')}`,
  DeploymentRemoved: () => 'removed',
  DestinationAdded: ({ name, url }) => `Destination ${name} added, ${url}`,
  DestinationUpdated: ({ name, url }) => `Destination ${name} changed, ${url}`,
  DestinationRemoved: ({ name }) => `Destination ${name} removed; what lies there stays`,
  LedgerRecovered: ({ backups, unreadable }) =>
    `Recovered ${f.plural(backups, { one: '1 backup', other: `${f.count(backups)} backups` })} from a destination${unreadable > 0 ? `; ${f.count(unreadable)} archives cannot be read` : ''}`,
  ConfigurationImported: ({ policies }) =>
    `Configuration imported, ${f.plural(policies, { one: '1 policy', other: `${f.count(policies)} policies` })}`,
  EncryptionKeyCreated: ({ kitId }) => (kitId ? 'encryption key taken from a recovery kit' : 'encryption key created'),
  EncryptionDefaultChanged: ({ keyId }) =>
    keyId === null ? 'Encryption switched off' : 'new backups are encrypted for this key',
  EncryptionKeyRetired: () => 'encryption key retired and destroyed',
  EncryptionRecipientAdded: () => 'recipient added: encrypted backups can be opened with this key too',
  EncryptionRecipientRemoved: () => 'recipient removed',
  RecoveryKitIssued: ({ keyIds }) => `Recovery kit issued, with ${keysText(keyIds.length)}`,
  RecoveryKitConfirmed: ({ keyIds }) => `Recovery kit with ${keysText(keyIds.length)} confirmed by its code`,
  ApiKeyCreated: ({ role }) => `API key created, ${role}`,
  SignedIn: () => 'Signed in with a login code',
  SignInFailed: ({ attempts, source }) =>
    `${f.plural(attempts, { one: '1 sign-in', other: `${f.count(attempts)} sign-ins` })} refused from ${source}`,
};

/** Said once it is another choice than that of the server. */
function encryptionText(choice: PolicyEncryption = 'inherit'): string {
  if (choice === 'inherit') return '';
  return choice === 'off' ? ', not encrypted' : ', encrypted for a key of its own';
}

function keysText(count: number): string {
  return f.plural(count, { one: '1 key', other: `${f.count(count)} keys` });
}

/** Said once they are others than the defaults. */
function limitsText(limits: Parameters<typeof changedLimits>[0]): string {
  const changed = changedLimits(limits);
  if (changed === null) return '';
  const [timeLimit, stallLimit] = changed;
  return `, ${f.duration(timeLimit)} at most, ${f.duration(stallLimit)} without a byte`;
}

function documentsText(documents: number): string {
  return f.plural(documents, { one: '1 document', other: `${f.count(documents)} documents` });
}

/** A swap takes milliseconds, or seconds on a busy machine. */
function tookText(ms: number): string {
  return ms < 1_000 ? `${f.count(Math.round(ms))} ms` : f.duration(ms);
}
