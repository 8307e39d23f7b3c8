import type { Actor } from '@holdfast/shared/actor';
import type { BackupStatus } from '@holdfast/shared/backup';
import type { Optime } from '@holdfast/shared/manifest';
import type { VerificationCause } from '@holdfast/shared/verification';
import type { Proof } from '../../backups/proof.ts';
import { createFormats } from '../formats.ts';

const f = createFormats('en');

export interface Packed {
  documents: number;
  collections: number;
  rawBytes: number;
  sizeBytes: number;
  durationMs: number;
}

const verdicts: Record<BackupStatus, string> = {
  requested: 'is requested.',
  running: 'is being written.',
  sealed: 'is being made durable.',
  completed: 'is written whole.',
  failed: 'failed.',
  cancelled: 'was cancelled.',
  missing: 'is missing: its archive is gone.',
  expired: 'has expired.',
  deleted: 'was deleted.',
};

export const backups = {
  actsOf: (moment: string) => `Actions for the backup of ${moment}`,
  archive: 'Archive',
  backUpNow: 'Back up now',
  backUpNowOf: (name: string) => `Back up now: ${name}`,
  backup: 'Backup',
  backupOf: (moment: string) => `Backup of ${moment}`,
  backups: 'Backups',
  between: (start: Optime, end: Optime) =>
    isSame(start, end)
      ? `At optime ${optimeText(start)}: nothing was written meanwhile`
      : `Between optime ${optimeText(start)} and ${optimeText(end)}`,
  by: 'By',
  caption: (name: string) => `Backups of ${name}, newest first`,
  collections: 'Collections',
  collectionsFound: (count: string) => `${count} found`,
  consistency: 'Consistency',
  countsText: (documents: number, collections: number) => counts(documents, collections),
  delete: 'Delete the backup',
  deleteAsk: 'Delete…',
  deleteEffect: (name: string, bytes: number) =>
    `The archive of ${name} is removed and ${f.bytes(bytes)} come free. It cannot be brought back. The ledger keeps its story.`,
  deleteMissingEffect:
    'Its archive is gone already; should it come back, it is removed. The ledger keeps the story of the backup.',
  deleteTitle: (moment: string) => `Delete the backup of ${moment}?`,
  damaged: 'Damaged',
  damagedAt: (moment: string) => `found ${moment}`,
  documents: 'Documents',
  duration: 'Duration',
  endedAt: 'Ended',
  facts: 'Facts',
  file: 'File',
  filter: { kept: 'Kept', failed: 'Failed', all: 'All' },
  fromManifest: 'As the archive’s manifest lists them',
  id: 'Id',
  indexes: 'Indexes',
  isVerified: 'Verification',
  isVerifiedText: (cause: VerificationCause, bytes: number, total: number) =>
    `${causes[cause]}: ${f.bytes(bytes)} of about ${f.bytes(total)} read again`,
  kind: 'Kind',
  moreCollections: (total: string) => `Show more of ${total}`,
  noCollection: 'There is no such collection.',
  none: (filter: 'kept' | 'failed' | 'all'): string =>
    filter === 'failed' ? 'No run has failed.' : 'There is no backup yet.',
  notVerified: 'not verified yet',
  open: 'Open the backup',
  origin: (name: string, who: Actor, ago: string) => `${name}, ${origins[who.kind]}, ${ago}.`,
  packedText: ({ documents, collections, rawBytes, sizeBytes, durationMs }: Packed) =>
    `${counts(documents, collections)}, ${f.bytes(rawBytes)} packed into ${f.bytes(sizeBytes)} in ${f.duration(durationMs)}.`,
  perCollection: 'Each collection by itself, not one point in time',
  rawSize: 'Raw size',
  reading: 'the archive is being read',
  requestedAt: 'Requested',
  requesting: 'Requesting…',
  searchCollections: 'Find a collection',
  size: 'Size',
  status: {
    requested: 'Requested',
    running: 'Running',
    sealed: 'Finishing',
    completed: 'Completed',
    failed: 'Failed',
    cancelled: 'Cancelled',
    missing: 'Missing',
    expired: 'Expired',
    deleted: 'Deleted',
  } satisfies Record<BackupStatus, string>,
  taken: 'Taken',
  toastCancelled: (name: string) => `The backup of ${name} is cancelled`,
  toastDone: (name: string) => `${name} is backed up`,
  toastDoneText: (documents: number, bytes: number, duration: string) =>
    `${f.count(documents)} documents, ${f.bytes(bytes)}, in ${duration}`,
  toastFailed: (name: string) => `The backup of ${name} failed`,
  type: { collection: 'collection', view: 'view', timeseries: 'time-series' },
  testing: 'its restore is being tested',
  testedAt: (moment: string) => `restore-tested ${moment}`,
  unrestorable: 'Not restorable',
  unrestorableAt: (moment: string) => `restore test ${moment}`,
  verdict: (status: BackupStatus, proof: Proof) => (proof === 'none' ? verdicts[status] : proofs[proof]),
  safety: 'Taken by',
  safetyBackup: 'safety backup',
  safetyGoes: 'It goes when that restore cannot be taken back any more.',
  safetyOf: {
    everything: 'A restore, of everything that it was about to replace',
    needed: 'A restore, of what no rename can bring back',
  },
  usersAndRoles: (users: number, roles: number) =>
    `${f.plural(users, { one: '1 user', other: `${f.count(users)} users` })}, ${f.plural(roles, { one: '1 role', other: `${f.count(roles)} roles` })}`,
  verified: 'Verified',
  verifiedAt: (moment: string) => `verified ${moment}`,
  verifiedText: (documents: number, bytes: number, duration: string) =>
    `${f.count(documents)} documents, ${f.bytes(bytes)} read back in ${duration}; every checksum agrees.`,
  verifiedTitle: (name: string) => `The backup of ${name} is whole`,
  verify: 'Verify',
  verifying: 'Verifying…',
};

const proofs: Record<Exclude<Proof, 'none'>, string> = {
  verified: 'is verified.',
  tested: 'is restore-tested.',
  damaged: 'did not pass its verification.',
  unrestorable: 'did not pass its restore test.',
};

const causes: Record<VerificationCause, string> = {
  'after-backup': 'Verified after the backup',
  scrub: 'Verified by the scrub',
  asked: 'Verified on request',
};

function isSame(start: Optime, end: Optime): boolean {
  return start.seconds === end.seconds && start.increment === end.increment;
}

function optimeText({ seconds, increment }: Optime): string {
  return `${f.seconds(new Date(seconds * 1_000).toISOString())} #${increment}`;
}

const origins: Record<Actor['kind'], string> = {
  user: 'by the administrator',
  'api-key': 'by an API key',
  schedule: 'by schedule',
  system: 'by Holdfast itself',
};

function counts(documents: number, collections: number): string {
  const inCollections = f.plural(collections, { one: '1 collection', other: `${f.count(collections)} collections` });
  return `${f.plural(documents, { one: '1 document', other: `${f.count(documents)} documents` })} in ${inCollections}`;
}
