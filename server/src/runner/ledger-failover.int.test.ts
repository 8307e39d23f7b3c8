// The ledger's primary steps down in the very commit of a backup's outcome: the backup completes, and once.
import { mkdtempDisposable, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectConsistent } from '../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast } from '../testing/holdfast.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { until } from '../testing/until.ts';

let ledger: TestMongo;
let source: TestMongo;
let service: TestHoldfast;
let failpoints: Awaited<ReturnType<typeof mkdtempDisposable>>;
beforeAll(async () => {
  [source, ledger, failpoints] = await Promise.all([
    startReplicaSet(),
    startReplicaSet({ members: 3 }),
    mkdtempDisposable(join(tmpdir(), 'holdfast-failover-')),
  ]);
  const text = 'x'.repeat(10_000);
  const documents = Array.from({ length: 2_000 }, (_, n) => ({ _id: n as never, text }));
  await source.client.db('shop').collection('orders').insertMany(documents);
  service = await startHoldfast({
    ledgerUri: ledger.uri,
    mongodbUri: source.uri.replace('/?', '/shop?'),
    config: { failpointsDir: failpoints.path },
  });
});
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await Promise.all([source?.stop(), ledger?.stop(), failpoints?.remove()]);
});

/** A backup that has dumped something and goes on when `release` is called. */
async function halfWay() {
  const held = join(failpoints.path, 'mid-stream');
  await writeFile(held, '');
  const { id } = await service.api.backups.request({ deploymentId: 'default' });
  await until(
    () => readFile(`${held}.reached`, 'utf8').catch(() => ''),
    (who) => who !== '',
  );
  return { id, release: () => Promise.all([rm(held), rm(`${held}.reached`)]) };
}

const wholeStory = ['BackupRequested', 'BackupStarted', 'BackupSealed', 'BackupCompleted'];

/** Of the backup itself: that its archive is read again comes after it. */
async function storyOf(id: string): Promise<string[]> {
  const events = await service.services.ledger.read({ filter: { correlationId: id }, limit: 100 });
  return events.map(({ type }) => String(type)).filter((type) => type !== 'BackupVerified');
}

async function expectCompletedOnce(id: string): Promise<void> {
  expect(await service.backupEnd(id)).toMatchObject({ status: 'completed', documents: 2_000, error: null });
  expect(await storyOf(id)).toEqual(wholeStory);
  await expectConsistent(service.services, [source.client]);
}

interface Primary extends AsyncDisposable {
  /** Lets so many commits of the service through and holds those that follow for three seconds each. */
  holdCommits(skip: number): Promise<void>;
  /** How many commits it has held. */
  commits(): Promise<number>;
}

/** Talks to the server that is the primary now, whatever it is later. */
async function primaryNow(): Promise<Primary> {
  const { me } = await ledger.client.db('admin').command({ hello: 1 });
  const client = new MongoClient(`mongodb://${me}/?directConnection=true`);
  const admin = client.db('admin');
  const data = { failCommands: ['commitTransaction'], appName: 'holdfast', blockConnection: true, blockTimeMS: 3_000 };
  return {
    async holdCommits(skip) {
      const mode = skip === 0 ? { times: 1 } : { skip };
      await admin.command({ configureFailPoint: 'failCommand', mode, data });
    },
    async commits() {
      const answer = await admin.command({ getParameter: 1, 'failpoint.failCommand': 1 });
      return Number(answer['failpoint.failCommand'].timesEntered);
    },
    async [Symbol.asyncDispose]() {
      await admin.command({ configureFailPoint: 'failCommand', mode: 'off' });
      await client.close();
    },
  };
}

describe('the primary of the ledger steps down', () => {
  it.each([
    ['BackupSealed', 0],
    ['BackupCompleted', 1],
  ])('while %s is being committed', { timeout: 120_000 }, async (held, earlierCommits) => {
    const { id, release } = await halfWay();
    await using primary = await primaryNow();
    const before = await primary.commits();
    await primary.holdCommits(earlierCommits);
    await release();
    await until(
      () => primary.commits(),
      (commits) => commits > before,
    );
    expect(await storyOf(id)).toEqual(wholeStory.slice(0, wholeStory.indexOf(held)));
    await ledger.stepDown();
    await expectCompletedOnce(id);
  });

  it('again and again while a backup runs', { timeout: 180_000 }, async () => {
    const { id, release } = await halfWay();
    for (let round = 0; round < 3; round += 1) {
      await ledger.stepDown();
      await until(
        () => service.services.ledger.head().then(Boolean, () => false),
        (answers) => answers,
      );
    }
    await release();
    await ledger.stepDown();
    await expectCompletedOnce(id);
  });

  it('killed at once and started again while a backup runs', { timeout: 180_000 }, async () => {
    const { id, release } = await halfWay();
    await ledger.killPrimary();
    await release();
    await ledger.revive();
    await expectCompletedOnce(id);
  });
});
