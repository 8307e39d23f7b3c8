// What must hold after every scenario, the failed ones above all.
import { readdir, readFile } from 'node:fs/promises';
import type { Document, MongoClient } from 'mongodb';
import { expect } from 'vitest';
import { verifyArchive } from '../archive/verify-archive.ts';
import type { StoredBackup } from '../projections/backups.ts';
import type { Services } from '../services.ts';
import { archiveSource } from '../storage/archive-source.ts';
import type { ArchiveStorage } from '../storage/archive-storage.ts';
import { dumpsAroundRebuild, shadowsOf } from './consistency.ts';
import { until } from './until.ts';

/**
 * Idle; no restore test; no unfinished upload, no shadow collection, no tool still running; every listed archive is there and verifies, and
 * no other; read models equal a rebuild from zero; the chain is intact.
 */
export async function expectConsistent(services: Services, deployments: readonly MongoClient[] = []): Promise<void> {
  await expectIdle(services);
  await expectNoCopying(services);
  await expectKept(services);
  for (const storage of services.destinations.all()) {
    expect(await storage.removePartials(async () => new Set()), 'unfinished uploads').toStrictEqual([]);
    await expectArchives(services, storage);
  }
  for (const client of deployments)
    expect(await shadowsOf(client, services.ledger), 'shadow collections').toStrictEqual([]);
  expect(await childTools(), 'tools still running').toStrictEqual([]);
  const { live, rebuilt } = await dumpsAroundRebuild(services.ledger);
  expect(rebuilt, 'read models after a rebuild').toStrictEqual(live);
  const report = await services.ledger.verify();
  expect(report.differsAt, 'the chain').toBeNull();
}

async function expectIdle(services: Services): Promise<void> {
  const deployments = await services.ledger.readModel<Document>('deployments');
  await until(
    async () => ({
      busy: await deployments.find({ status: { $ne: 'idle' } }).toArray(),
      running: await services.running.list(),
      imports: await services.imports.all(),
      restoreTests: await services.restoreTests.find({}).toArray(),
    }),
    (found) => Object.values(found).every((left) => left.length === 0),
    15_000,
  );
}

/** Copies that are under way come to their end; ones that wait to be tried again stay. */
async function expectNoCopying({ ledgerPlace }: Services): Promise<void> {
  const copies = ledgerPlace.client.db(ledgerPlace.database).collection('copies');
  await until(
    () => copies.countDocuments({ $expr: { $gt: ['$leaseUntil', '$$NOW'] } }),
    (held) => held === 0,
    15_000,
  );
}

/** Nothing that can be restored lies nowhere. */
async function expectKept(services: Services): Promise<void> {
  const backups = await services.ledger.readModel<StoredBackup>('backups');
  const nowhere = await backups.find({ status: 'completed', copies: { $exists: false } }).toArray();
  expect(nowhere, 'backups without an archive').toStrictEqual([]);
}

async function expectArchives(services: Services, storage: ArchiveStorage): Promise<void> {
  const backups = await services.ledger.readModel<StoredBackup>('backups');
  const isHere = { [`copies.${storage.id}.state`]: 'stored' };
  const listed = await backups.find({ status: { $in: ['completed', 'expired'] }, ...isHere }).toArray();
  const stored: string[] = [];
  for await (const { key } of storage.list()) stored.push(key);
  expect(stored.sort(), `archives at ${storage.url}`).toStrictEqual(listed.map(({ filePath }) => filePath).sort());
  const identities = await services.keys.identities();
  for (const { filePath, sha256 } of listed) {
    const source = await archiveSource(storage, filePath ?? '');
    await verifyArchive({ source, expected: { sha256: sha256 ?? undefined }, identities });
  }
}

/** mongodump and mongorestore processes that this process started and that still run. */
async function childTools(): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const [, name, state, parent] = /^\d+ \((.*)\) (\S) (\d+)/.exec(stat) ?? [];
    if (name?.startsWith('mongo') && name !== 'mongod' && state !== 'Z' && Number(parent) === process.pid)
      found.push(`${name} ${pid}`);
  }
  return found;
}
