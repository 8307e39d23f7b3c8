// The ledger on three servers whose primary goes away in the middle of many appends by two services: nothing is lost and
// nothing comes twice.
import type { LedgerEvent } from '@holdfast/shared/events';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { openTinyLedger, signIn } from '../testing/tiny-ledger.ts';
import { until } from '../testing/until.ts';
import type { Ledger } from './ledger.ts';

let mongo: TestMongo;
beforeAll(async () => {
  mongo = await startReplicaSet({ members: 3 });
});
afterAll(async () => await mongo?.stop());

const rounds = 3;
const writersEach = 8;

const goneAndBack = {
  'steps down': async () => {
    await mongo.stepDown();
  },
  'is killed and started again': async () => {
    await mongo.killPrimary();
    await mongo.revive();
  },
};

test.each(Object.entries(goneAndBack))(
  'appends of two servers go on when the primary %s, each event once',
  { timeout: 180_000 },
  async (name, strike) => {
    const database = `failover_${name.replaceAll(' ', '_')}`;
    await using stack = new AsyncDisposableStack();
    const open = async () => {
      const client = stack.adopt(new MongoClient(mongo.uri), (opened) => opened.close());
      const ledger = await openTinyLedger(client, database, { patienceMs: 90_000 });
      return stack.adopt(ledger, (opened) => opened.close());
    };
    const ledgers = [await open(), await open()] as const;
    const followed = ledgers.map(follow);
    const stop = new AbortController();
    const answers: LedgerEvent[] = [];
    const writing = ledgers.flatMap((ledger) =>
      Array.from({ length: writersEach }, async () => {
        while (!stop.signal.aborted) answers.push(...(await ledger.execute(signIn())));
      }),
    );
    for (let round = 1; round <= rounds; round += 1) {
      await untilMoreThan(answers, answers.length + 100);
      await strike();
    }
    await untilMoreThan(answers, answers.length + 100);
    stop.abort();
    await Promise.all(writing);

    const gapless = Array.from({ length: answers.length }, (_, index) => index + 1);
    expect(answers.map(({ position }) => position).sort((a, b) => a - b)).toEqual(gapless);
    expect(await ledgers[0].verify()).toMatchObject({ intact: true, events: answers.length });
    expect(await ledgers[1].state('access')).toEqual({ moved: answers.length, lock: null });
    for (const positions of followed) {
      await untilMoreThan(positions, answers.length - 1);
      expect(positions).toEqual(gapless);
    }
  },
);

function follow(ledger: Ledger): number[] {
  const positions: number[] = [];
  void (async () => {
    const { signal } = new AbortController();
    for await (const { position } of ledger.feed({ after: 0, signal })) positions.push(position);
  })();
  return positions;
}

async function untilMoreThan(items: readonly unknown[], count: number): Promise<void> {
  await until(
    async () => items.length,
    (length) => length > count,
    90_000,
  );
}
