import type { BackupCopy, BackupStatus } from '@holdfast/shared/backup';
import type { ConfiguredDestination } from '@holdfast/shared/configuration';
import type { DiskUnknown } from '@holdfast/shared/destination';
import { createFormats } from '../formats.ts';

const f = createFormats('en');

const unknownDisk: Record<DiskUnknown, string> = {
  'not-permitted': 'its user may not ask where the data lies (the role clusterMonitor lets it)',
  'not-there': 'its data folder is not to be seen from here, as in a container',
  unreachable: 'its server does not answer',
  'in-container': 'from within a container the disks of the host are not to be seen',
  'bucket-on-this-machine': 'the bucket is served from this machine',
};

/** What of a reconciliation is said in one line. */
export interface Outcome {
  readonly archives: number;
  readonly removedPartials: readonly unknown[];
  readonly removedArchives: readonly unknown[];
}

export const destinations = {
  accessKeyId: 'Access key id',
  add: 'Add the destination',
  addAsk: 'Add a destination…',
  addTitle: 'Add a destination',
  added: (name: string) => `The destination ${name} is added`,
  away: 'This destination cannot be used now.',
  awayHint: 'It is tried again every few seconds. Backups go to the next destination of their policy meanwhile.',
  backupsText: (count: number) => f.plural(count, { one: '1 backup', other: `${f.count(count)} backups` }),
  behindText: (behind: number, failing: number) => {
    const more = f.plural(behind, { one: '1 more is to be copied', other: `${f.count(behind)} more are to be copied` });
    return failing === 0 ? more : `${more}, ${f.count(failing)} could not be so far`;
  },
  change: 'Change…',
  changeOf: (name: string) => `Change the destination ${name}`,
  changeTitle: (name: string) => `Change the destination ${name}`,
  changed: (name: string) => `The destination ${name} is changed`,
  copies: 'Where it is',
  copyState: { stored: 'stored', copying: 'on its way', missing: 'missing', failed: 'failed' } satisfies Record<
    BackupCopy['state'],
    string
  >,
  failing: (count: number) =>
    f.plural(count, { one: '1 copy could not be made', other: `${f.count(count)} copies could not be made` }),
  first: 'Written first to',
  firstHint: 'While it is away, backups go to the next one that is chosen.',
  follow: 'Copied to',
  followHint: 'Backups that are kept already are copied too.',
  imported: {
    'destination-added': 'destination added',
    'destination-unchanged': 'unchanged',
    'destination-needs-key': 'add it first: the file holds no keys',
    'destination-away': 'cannot be added now',
  } satisfies Record<ConfiguredDestination['kind'], string>,
  keyHint: 'Sealed by the server and never shown again. Without one: those that the server’s machine has.',
  keyKept: 'The one that is kept stays unless you enter another one.',
  keyProblem: 'Enter both parts of the key, or neither.',
  main: 'main',
  policyNote: 'A backup is complete when it is at the first; the copies follow by themselves.',
  reconcileOf: (name: string) => `Reconcile now: ${name}`,
  remove: 'Let go of the destination',
  removeAsk: 'Remove…',
  removeEffect: 'What lies there stays there, and is no copy of any backup any more. Its access key is forgotten.',
  removeOf: (name: string) => `Remove the destination ${name}`,
  removeTitle: (name: string) => `Let go of the destination ${name}?`,
  saveChange: 'Save the change',
  secretAccessKey: 'Secret access key',
  test: 'Test',
  testing: 'Writing a probe…',
  unknownPlace: 'a destination that is not known any more',
  urlHint: 'A folder is given as file:/mnt/backups, a bucket as s3://bucket/prefix. Never with a password or key.',
  urlProblem: 'Enter where it is.',
  usedBy: 'Used by',
  usedByText: ({ usedBy, isMain }: { readonly usedBy: readonly string[]; readonly isMain: boolean }) =>
    usedBy.length > 0 ? f.list(usedBy) : isMain ? 'every policy that names no other' : 'no policy yet',
  works: 'A probe was written and read back.',
  adopt: 'Adopt the archive',
  adoptAsk: 'Adopt…',
  adoptCopyEffect: (bytes: number) =>
    `All ${f.bytes(bytes)} are read and checked first. Then it counts as a copy of its backup, which the ledger knows already.`,
  adoptEffect: (bytes: number) =>
    `All ${f.bytes(bytes)} are read and checked first. Then the ledger knows the backup and it can be restored. It belongs to no policy: it stays until somebody deletes it.`,
  adoptFor: 'The one that its data goes back to.',
  adoptOf: (moment: string) => `Adopt the archive of ${moment}`,
  adoptTitle: (moment: string) => `Adopt the archive of ${moment}?`,
  adopted: (name: string) => `The backup of ${name} is adopted`,
  adopting: 'Reading the archive…',
  attention: (missing: number, isUnreachable: boolean): string =>
    isUnreachable
      ? 'a destination needs you, see why'
      : f.plural(missing, { one: '1 archive is missing', other: `${f.count(missing)} archives are missing` }),
  choose: 'Choose one',
  disksAttention: 'backups share a disk',
  disksHint:
    'One broken disk takes both. Keep a copy on another disk or in a bucket, or add a destination to the policy.',
  disksShared: (name: string | null, sharers: readonly ('database' | 'ledger')[]) => {
    const what = name === null ? 'The only copy of the backups' : `The only copy of the backups of ${name}`;
    const others = sharers.map((sharer) => (sharer === 'ledger' ? 'the ledger' : 'the database')).join(' and ');
    return `${what} lies on the same disk as ${others}.`;
  },
  disksUnknown: (name: string | null, reason: DiskUnknown) =>
    `Whether the backups${name === null ? '' : ` of ${name}`} have a disk of their own is not known: ${unknownDisk[reason]}.`,
  disksUnknownHint: 'See for yourself that they lie on another disk than the data and the ledger.',
  elsewhere: 'Elsewhere',
  elsewhereText: (count: number) =>
    f.plural(count, {
      one: '1 backup is kept at another destination and cannot be restored from here.',
      other: `${f.count(count)} backups are kept at another destination and cannot be restored from here.`,
    }),
  missing: 'Missing archives',
  missingText: 'The ledger has these backups, the destination does not. They cannot be restored.',
  more: (count: number) => `and ${f.count(count)} more`,
  outcome: ({ archives, removedPartials, removedArchives }: Outcome) => {
    const removed = removedPartials.length + removedArchives.length;
    const found = f.plural(archives, { one: '1 archive', other: `${f.count(archives)} archives` });
    return removed === 0 ? found : `${found}; ${f.count(removed)} that nobody needs removed`;
  },
  nameHint: 'Lower-case letters, digits and hyphens.',
  place: 'Place',
  reconcile: 'Reconcile now',
  reconciled: 'Last reconciliation',
  reconciling: 'Reconciling…',
  standing: (status: BackupStatus | null): string =>
    status === null ? 'unknown' : status === 'missing' ? 'missing, and back' : 'a copy',
  stopped: 'The destination could not be compared with the ledger.',
  stoppedHint:
    'Until it can, nothing is removed and nothing is called missing. See whether the disk is mounted and writable.',
  unknown: 'Unknown archives',
  unknownText:
    'They lie at the destination, and the ledger knows no good backup that they belong to. Nothing removes them.',
  unreadable: 'cannot be read',
};
