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

export const manifest = z.object({
  format: z.literal('holdfast-archive'),
  version: z.literal(1),
  backupId: z.uuid(),
  deployment: z.object({ id: z.uuid(), name: z.string(), hosts: z.array(z.string()) }),
  /** The scope: one database, or null for the whole deployment. */
  database: z.string().nullable(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  tool: z.object({ name: z.literal('mongodump'), version: z.string() }),
  server: z.object({
    version: z.string(),
    featureCompatibilityVersion: z.string().nullable(),
    replicaSet: z.string().nullable(),
  }),
  /** mongodump gives each collection by itself, not one point in time. */
  consistency: z.literal('per-collection'),
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
});
export type Manifest = z.infer<typeof manifest>;
