// `expectConsistent` for servers that are processes of their own: the same, looked at from outside, through the ledger's database,
// the destination's folder and the process list.
import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Document, MongoClient } from 'mongodb';
import { verifyArchive } from '../archive/verify-archive.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { StoredBackup } from '../projections/backups.ts';
import { openStatuses } from '../projections/operations.ts';
import { archiveSource } from '../storage/archive-source.ts';
import { partialFolder } from '../storage/destination-marker.ts';
import { openFileStorage } from '../storage/file-storage.ts';
import { dumpsAroundRebuild, shadowsOf } from './consistency.ts';

export interface Outside {
  /** The ledger, opened as another server would. */
  readonly ledger: Ledger;
  readonly running: () => Promise<number>;
  readonly storageDir: string;
  readonly deployments: readonly MongoClient[];
  /** mongodump and mongorestore that the servers started and that still run, whoever their parent is. */
  readonly tools: () => Promise<readonly unknown[]>;
}

/** Whether nothing runs, and nothing waits to run, by what the ledger's database says. Throws while it does not answer. */
export async function isIdle({ ledger, running }: Pick<Outside, 'ledger' | 'running'>): Promise<boolean> {
  const operations = await ledger.readModel<Document>('operations');
  const deployments = await ledger.readModel<Document>('deployments');
  const [open, busy, held] = await Promise.all([
    operations.countDocuments({ status: { $in: openStatuses } }),
    deployments.countDocuments({ status: { $ne: 'idle' } }),
    running(),
  ]);
  return open + busy + held === 0;
}

/**
 * Idle; no unfinished upload, no shadow collection, no tool; every listed archive is there and verifies, and no other; read
 * models equal a rebuild from zero; the chain is intact. Throws an AssertionError that says what is not so.
 */
export async function requireConsistent(outside: Outside): Promise<void> {
  strictEqual(await isIdle(outside), true, 'something still runs');
  deepStrictEqual(await readdir(join(outside.storageDir, partialFolder)), [], 'unfinished uploads');
  for (const client of outside.deployments)
    deepStrictEqual(await shadowsOf(client, outside.ledger), [], 'shadow collections');
  deepStrictEqual(await outside.tools(), [], 'tools that still run');
  await requireArchives(outside);
  const { live, rebuilt } = await dumpsAroundRebuild(outside.ledger);
  deepStrictEqual(rebuilt, live, 'read models differ from a rebuild');
  strictEqual((await outside.ledger.verify()).differsAt, null, 'the chain is broken');
}

async function requireArchives({ ledger, storageDir }: Outside): Promise<void> {
  const backups = await ledger.readModel<StoredBackup>('backups');
  const listed = await backups.find({ status: 'completed' }).toArray();
  // Retention is removing them, or the server that was: with or without their file they are in order.
  const expired = new Set((await backups.find({ status: 'expired' }).toArray()).map(({ filePath }) => filePath));
  const storage = await openFileStorage({ directory: storageDir });
  const stored: string[] = [];
  for await (const { key } of storage.list()) if (!expired.has(key)) stored.push(key);
  const known = listed.map(({ filePath }) => filePath).sort();
  deepStrictEqual(stored.sort(), known, 'archives at the destination are not those of the ledger');
  for (const { filePath, sha256 } of listed) {
    const source = await archiveSource(storage, filePath ?? '');
    await verifyArchive({ source, expected: { sha256: sha256 ?? '' } });
  }
}
