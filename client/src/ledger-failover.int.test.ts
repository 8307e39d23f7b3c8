// The real service over a ledger of three servers: a subscription goes on by itself while the ledger's primary steps down, is
// killed, and while all of the ledger is gone.
import { type HoldfastProcess, startHoldfastProcess } from '@holdfast/server/testing/holdfast-process';
import { startReplicaSet, type TestMongo } from '@holdfast/server/testing/mongo';
import { untilTrue } from '@holdfast/server/testing/until';
import { defaultPolicySettings } from '@holdfast/shared/policy';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { appErrorOf, createHoldfastClient, type HoldfastClient } from './client.ts';

let ledger: TestMongo;
let server: HoldfastProcess;
let client: HoldfastClient;
beforeAll(async () => {
  ledger = await startReplicaSet({ members: 3 });
  server = await startHoldfastProcess({ env: { LEDGER_URI: ledger.uri, MONGODB_URI: ledger.uri } });
  client = createHoldfastClient({ url: server.url, apiKey: server.key });
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await ledger?.stop();
});

const troubles = {
  'steps down': () => ledger.stepDown(),
  'is killed and started again': async () => {
    await ledger.killPrimary();
    await ledger.revive();
  },
  'is killed with all the others, for longer than the server waits, and they start again': async () => {
    await ledger.kill();
    await untilTrue(async () => appErrorOf(await errorOf(client.audit.head.query()))?.code === 'LEDGER_UNAVAILABLE');
    await ledger.revive();
  },
};

it.each(Object.entries(troubles))(
  'every event comes once and in order while the primary %s',
  { timeout: 180_000 },
  async (_, strike) => {
    const { position: after } = await client.audit.head.query();
    const positions: number[] = [];
    const ends: unknown[] = [];
    const subscription = client.live.events.subscribe(
      { after },
      { onData: ({ data }) => positions.push(data.position), onError: (error) => ends.push(error) },
    );
    const stop = new AbortController();
    const changing = changePolicyUntil(stop.signal);
    await untilTrue(() => positions.length > 20);
    await strike();
    const { length } = positions;
    await untilTrue(() => positions.length > length + 20);
    stop.abort();
    await changing;

    const { position: head } = await client.audit.head.query();
    await untilTrue(() => positions.length >= head - after);
    subscription.unsubscribe();
    expect(positions).toEqual(Array.from({ length: head - after }, (_each, index) => after + 1 + index));
    expect(ends).toEqual([]);
  },
);

/** Changes go on being asked for, whatever becomes of each. */
async function changePolicyUntil(signal: AbortSignal): Promise<void> {
  const [policy] = (await client.policies.list.query()) ?? [];
  if (policy === undefined) throw new Error('there is no policy');
  for (let n = 0; !signal.aborted; n += 1) {
    const settings = { ...defaultPolicySettings, enabled: false, retentionCount: 1 + (n % 30) };
    const error = await errorOf(client.policies.set.mutate({ id: policy.id, ...settings }));
    if (error !== null && appErrorOf(error)?.code !== 'LEDGER_UNAVAILABLE') throw error;
  }
}

async function errorOf(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => null,
    (error: unknown) => error,
  );
}
