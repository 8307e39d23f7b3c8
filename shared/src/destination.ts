// A place that keeps archives, and what the last look over it found.
import { z } from 'zod';
import { backupStatus } from './backup.ts';
import { failure } from './failures.ts';
import { backupId, deploymentId, destinationId, restoreId } from './ids.ts';

const count = z.int().nonnegative();

/** Names are used on the command line: as those of deployments. */
export const destinationName = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, {
  error: 'A name has 1 to 63 lower-case letters, digits or hyphens, and begins and ends with a letter or digit.',
});

/** What opens a destination that asks for it: sent once, kept sealed beside the ledger, never returned. */
export const destinationCredentials = z.object({ accessKeyId: z.string().min(1), secretAccessKey: z.string().min(1) });
export type DestinationCredentials = z.infer<typeof destinationCredentials>;

/** What the manifest of an archive says. Sizes are bytes. */
export const archiveSummary = z.object({
  backupId,
  deploymentId,
  deploymentName: z.string(),
  hosts: z.array(z.string()),
  database: z.string().nullable(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  documents: count,
  collections: count,
  rawBytes: count,
  serverVersion: z.string(),
  /** The restore that took it before it began. */
  safetyOf: restoreId.optional(),
});
export type ArchiveSummary = z.infer<typeof archiveSummary>;

/** An archive that belongs to no backup that the ledger knows as good. */
export const unknownArchive = z.object({
  key: z.string(),
  sizeBytes: count,
  /** Null when it cannot be read; `problem` says why. */
  manifest: archiveSummary.nullable(),
  problem: z.string().nullable(),
  /** What the ledger says of its backup: `missing` when the file is back, `completed` for a copy, null when it knows nothing. */
  status: backupStatus.nullable(),
  /** Whether `destinations.adopt` may take it on. */
  adoptable: z.boolean(),
});
export type UnknownArchive = z.infer<typeof unknownArchive>;

/** One pass over a destination: what was found and done. */
export const reconciliation = z.object({
  destinationId,
  at: z.iso.datetime(),
  durationMs: count,
  /** Which server did it. */
  worker: z.string(),
  /** Why the pass stopped; from then on nothing was looked at, and nothing is said to be missing. */
  problem: failure.nullable(),
  /** Archives at the destination. */
  archives: count,
  /** Tokens of unfinished uploads that nobody owned. */
  removedPartials: z.array(z.string()),
  /** Archives of backups that had failed, were cancelled, had expired or were deleted. */
  removedArchives: z.array(z.object({ key: z.string(), backupId, status: backupStatus })),
  /** Completed backups that this pass found without their file. */
  missing: z.array(z.object({ backupId, deploymentName: z.string(), key: z.string() })),
  /** Completed backups that are kept at another destination: they cannot be restored from here. */
  elsewhere: count,
  /** In the order of the keys, at most 500. */
  unknown: z.array(unknownArchive),
  unknownTotal: count,
});
export type Reconciliation = z.infer<typeof reconciliation>;

/** A destination as `destinations.list` returns it. */
export const destination = z.object({
  id: destinationId,
  /** `main`: the one that HOLDFAST_STORAGE_URL names. */
  name: z.string(),
  isMain: z.boolean(),
  /** Without credentials. */
  url: z.string(),
  /** Whether credentials are kept for it. They are never returned. */
  hasCredentials: z.boolean(),
  /** Why the server that answers cannot use it now; null while it can. */
  problem: failure.nullable(),
  /** Backups whose archive lies there. */
  backups: count,
  /** Backups whose archive should lie there and does not yet, or not any more; `failing`: of those, the ones that could not be copied. */
  behind: count,
  failing: count,
  /** Deployments whose policies name it. */
  usedBy: z.array(z.string()),
  freeBytes: count.nullable(),
  totalBytes: count.nullable(),
  /** Null until the first pass has ended. */
  lastReconciliation: reconciliation.nullable(),
  /** The backups that the ledger calls missing now, newest first, at most 500. */
  missing: z.array(
    z.object({ backupId, deploymentId, deploymentName: z.string(), key: z.string(), createdAt: z.iso.datetime() }),
  ),
});
export type Destination = z.infer<typeof destination>;

/** What a place turned out to be, as `destinations.test` returns it. Holds no secret. */
export const destinationProbe = z.object({
  id: destinationId,
  url: z.string(),
  freeBytes: count.nullable(),
  totalBytes: count.nullable(),
});
export type DestinationProbe = z.infer<typeof destinationProbe>;

/** Why it cannot be seen on which disk data lies. `not-there`: no such path here; `in-container`: nor is the host's disk seen from it. */
export const diskUnknown = z.enum([
  'not-permitted',
  'not-there',
  'unreachable',
  'bucket-on-this-machine',
  'in-container',
]);
export type DiskUnknown = z.infer<typeof diskUnknown>;

/** Whether backups would survive the disks that they are made for, as `destinations.disks` returns it. */
export const diskReport = z.object({
  /** All backups of these lie on one disk with their database or the ledger. Null: nothing is registered, and it is the ledger's. */
  shared: z.array(
    z.object({
      deploymentName: z.string().nullable(),
      urls: z.array(z.string()),
      with: z.array(z.enum(['database', 'ledger'])),
    }),
  ),
  /** Of these it is not known. */
  unknown: z.array(z.object({ deploymentName: z.string().nullable(), reason: diskUnknown })),
});
export type DiskReport = z.infer<typeof diskReport>;
