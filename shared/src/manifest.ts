// What an archive says of itself: `manifest.json`, the last entry of the ZIP file.
import { z } from 'zod';

/** The entries of an archive, in the order they are written. */
export const archiveEntries = {
  howto: 'RESTORE.txt',
  dump: 'dump.archive.zst',
  frames: 'frames',
  manifest: 'manifest.json',
} as const;

/** The entries of an encrypted archive: all but the first are files of age. */
export const encryptedEntries = {
  howto: archiveEntries.howto,
  dump: `${archiveEntries.dump}.age`,
  frames: `${archiveEntries.frames}.age`,
  manifest: `${archiveEntries.manifest}.age`,
} as const;

/** One namespace of the dump. `options` and `indexes` are extended JSON, as mongodump wrote them. */
export const manifestNamespace = z.object({
  database: z.string(),
  collection: z.string(),
  type: z.enum(['collection', 'view', 'timeseries']),
  /** Collection options: capped, validator, collation, timeseries, viewOn, pipeline... */
  options: z.record(z.string(), z.unknown()),
  indexes: z.array(z.record(z.string(), z.unknown())),
  /** For a time-series, documents are its buckets. */
  documents: z.int().nonnegative(),
  /** Raw BSON bytes. */
  bytes: z.int().nonnegative(),
  /** Sum modulo 2^128 of XXH128 over each document's raw BSON, 32 hex digits; independent of order. */
  fingerprint: z.string().regex(/^[0-9a-f]{32}$/),
  /** CRC-64 (ECMA) of the documents in dump order, as mongodump wrote it, decimal. */
  crc64: z.string(),
});
export type ManifestNamespace = z.infer<typeof manifestNamespace>;

/** Where a dump comes from that Holdfast did not take itself. */
export const dumpOrigin = z.object({
  /** `archive-gzip`: an archive that is gzip as a whole. `bson`: the documents of one collection. */
  kind: z.enum(['archive', 'archive-gzip', 'directory', 'bson']),
  fileName: z.string(),
  /** As the dump says; null when it does not. */
  toolVersion: z.string().nullable(),
  serverVersion: z.string().nullable(),
  /**
   * What said that it was whole: `checksums`, the CRC-64 that mongodump wrote for each namespace; `structure`, each document's
   * BSON only, because files have no checksum.
   */
  checked: z.enum(['checksums', 'structure']),
  /** What the dump had and the backup has not: the oplog, users and roles, the server's own. At most 20. */
  leftOut: z.array(z.string()).max(20),
  /** Collections of which the dump did not say options and indexes. */
  withoutMetadata: z.int().nonnegative(),
});
export type DumpOrigin = z.infer<typeof dumpOrigin>;

/** How many users and roles a backup holds. */
export const heldUsers = z.object({ users: z.int().nonnegative(), roles: z.int().nonnegative() });
export type HeldUsers = z.infer<typeof heldUsers>;

const namesOfAccess = z.object({ users: z.array(z.string()), roles: z.array(z.string()) });

/** Of a backup that a restore took of what it was about to replace. */
export const safetyFacts = z.object({
  restoreId: z.uuid(),
  /** `needed`: single collections, which no rename could bring back. `everything`: all of the databases concerned. */
  kind: z.enum(['needed', 'everything']),
  /** Users and roles that the restore was about to add, and such as it was about to change or drop; as `database.name`. */
  added: namesOfAccess,
  replaced: namesOfAccess,
});
export type SafetyFacts = z.infer<typeof safetyFacts>;

/** A place in a replica set's oplog: seconds since 1970, and the place within the second. */
export const optime = z.object({ seconds: z.int().nonnegative(), increment: z.int().nonnegative() });
export type Optime = z.infer<typeof optime>;

/**
 * Where the set's primary was right before the dump began and right after it ended. No collection is older than `start` (unless
 * it was read from a secondary that lagged behind) or newer than `end`. null where there is no oplog: a standalone server.
 */
export const optimes = z.object({ start: optime.nullable(), end: optime.nullable() });
export type Optimes = z.infer<typeof optimes>;

export const manifest = z.object({
  format: z.literal('holdfast-archive'),
  version: z.literal(1),
  backupId: z.uuid(),
  deployment: z.object({ id: z.uuid(), name: z.string(), hosts: z.array(z.string()) }),
  /** The scope: one database, or null for the whole deployment. */
  database: z.string().nullable(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  /** Versions of an imported dump are `unknown` where it does not say them. */
  tool: z.object({ name: z.literal('mongodump'), version: z.string() }),
  server: z.object({
    version: z.string(),
    featureCompatibilityVersion: z.string().nullable(),
    replicaSet: z.string().nullable(),
  }),
  /** mongodump gives each collection by itself, not one point in time. */
  consistency: z.literal('per-collection'),
  /** Not in archives from before they were noted, nor in imported ones. */
  optimes: optimes.optional(),
  /** The ledger's head when the dump began: an anchor that a rewritten ledger would contradict. */
  ledger: z.object({ position: z.int().nonnegative(), hash: z.string() }),
  /** Only in an encrypted archive: the public keys (`age1...`) that it was encrypted for. */
  encryption: z.object({ recipients: z.array(z.string()) }).optional(),
  dump: z.object({
    entry: z.string(),
    rawBytes: z.int().nonnegative(),
    /** Compressed, before it is encrypted. */
    storedBytes: z.int().nonnegative(),
    frames: z.int().nonnegative(),
    /** SHA-256 of the stored entry, hex. */
    sha256: z.string(),
  }),
  namespaces: z.array(manifestNamespace),
  /** Only where users and roles were asked for: the namespaces of `admin`, or `$admin...` of the one database, are among the others. */
  usersAndRoles: heldUsers.optional(),
  /** Only of a safety backup. */
  safety: safetyFacts.optional(),
  /** Only of a dump that was imported. */
  origin: dumpOrigin.optional(),
});
export type Manifest = z.infer<typeof manifest>;
