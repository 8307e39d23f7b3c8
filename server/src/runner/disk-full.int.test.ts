// Ledger, archives and temporary files on one small file system: a full disk never takes the ledger down.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { expectConsistent } from '../testing/expect-consistent.ts';
import { startHoldfast } from '../testing/holdfast.ts';
import { startReplicaSet } from '../testing/mongo.ts';

const run = promisify(execFile);
const diskMib = 700;

it('stops at the reserve, keeps its mongod, records disk-full, and succeeds once there is space', {
  timeout: 240_000,
}, async () => {
  await using source = await startReplicaSet();
  const { randomBytes } = await import('node:crypto');
  const blobs = Array.from({ length: 1_200 }, () => ({ blob: randomBytes(500_000) }));
  for (let at = 0; at < blobs.length; at += 100)
    await source.client
      .db('big')
      .collection('a')
      .insertMany(blobs.slice(at, at + 100));
  await source.client.db('big').collection('small').insertOne({ n: 1 });

  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-disk-'));
  await run('mount', ['-t', 'tmpfs', '-o', `size=${diskMib}m`, 'tmpfs', dataDir]);
  try {
    const holdfast = await startHoldfast({ dataDir, mongodbUri: source.uri.replace('/?', '/big?') });
    const pid = holdfast.served.app.embedded?.pid;
    const { id } = await holdfast.api.backups.request({ deploymentId: 'default' });
    expect(await holdfast.backupEnd(id)).toMatchObject({
      status: 'failed',
      error: { reason: 'disk-full' },
      filePath: null,
    });
    const { events } = await holdfast.api.audit.search({ operationId: id, type: 'BackupFailed' });
    expect(events[0]?.data).toMatchObject({ reason: 'disk-full' });
    expect(holdfast.served.app.embedded?.pid).toBe(pid);
    await expectConsistent(holdfast.services, [source.client]);

    await source.client.db('big').collection('a').deleteMany({});
    const next = await holdfast.api.backups.request({ deploymentId: 'default' });
    expect(await holdfast.backupEnd(next.id)).toMatchObject({ status: 'completed', documents: 1 });
    await expectConsistent(holdfast.services, [source.client]);
    await holdfast.close();
  } finally {
    await run('umount', [dataDir]);
    await rm(dataDir, { recursive: true, force: true });
  }
});
