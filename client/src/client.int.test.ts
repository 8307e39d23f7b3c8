import { setTimeout as delay } from 'node:timers/promises';
import type { BackupId } from '@holdfast/shared/ids';
import { expect, it } from 'vitest';
import { appErrorOf, createHoldfastClient } from './client.ts';
import { startStandInServer } from './testing/stand-in-server.ts';

const id = '019a0000-0000-7000-8000-000000000001' as BackupId;

it('sends the key in a header and in no address, streams included', async () => {
  await using server = await startStandInServer();
  server.backup = { id, status: 'completed' };
  const client = createHoldfastClient({ url: server.url, apiKey: 'k-secret', headers: { 'x-request': 'a' } });
  await client.backups.byId.query({ id });
  const stream = follow(client, 0);
  await until(() => server.requests.length === 2);
  stream.end();
  expect(server.requests.map(({ authorization }) => authorization)).toEqual(['Bearer k-secret', 'Bearer k-secret']);
  expect(server.requests.some(({ url }) => url.includes('k-secret'))).toBe(false);
});

it('narrows a refusal to its code and details', async () => {
  await using server = await startStandInServer();
  const client = createHoldfastClient({ url: `${server.url}/` });
  const error = await client.backups.byId.query({ id }).catch((thrown: unknown) => thrown);
  expect(appErrorOf(error)).toEqual({
    code: 'BACKUP_NOT_FOUND',
    details: { id },
    hint: 'List the backups to see their ids.',
  });
});

it('finds no refusal in an error that is none', async () => {
  await using server = await startStandInServer();
  await server.stop();
  const client = createHoldfastClient({ url: server.url });
  const error = await client.backups.byId.query({ id }).catch((thrown: unknown) => thrown);
  expect(appErrorOf(error)).toBeNull();
  expect(appErrorOf(new Error('other'))).toBeNull();
  await server.start();
});

it('goes on after the last event when the server comes back, nothing missed and nothing twice', async () => {
  await using server = await startStandInServer();
  const stream = follow(createHoldfastClient({ url: server.url }), 0);
  server.events.push(event(), event());
  await until(() => stream.positions.length === 2);
  await server.stop();
  server.events.push(event(), event());
  await server.start();
  server.events.push(event());
  await until(() => stream.positions.length >= 5);
  stream.end();
  expect(stream.positions).toEqual([1, 2, 3, 4, 5]);
});

it('opens the stream again after a 503', async () => {
  await using server = await startStandInServer();
  server.events.push(event());
  let left = 2;
  server.refuse = () => (left-- > 0 ? 503 : null);
  const stream = follow(createHoldfastClient({ url: server.url }), 0);
  await until(() => stream.positions.length === 1);
  stream.end();
  expect(server.requests).toHaveLength(3);
});

it('ends the stream on a 401, after one request', async () => {
  await using server = await startStandInServer();
  server.refuse = () => 401;
  const stream = follow(createHoldfastClient({ url: server.url }), 0);
  await until(() => stream.errors.length === 1);
  await delay(600);
  expect(server.requests).toHaveLength(1);
});

function event() {
  return { correlationId: id };
}

function follow(client: ReturnType<typeof createHoldfastClient>, after: number) {
  const positions: number[] = [];
  const errors: unknown[] = [];
  const subscription = client.live.events.subscribe(
    { after },
    { onData: ({ data }) => positions.push(data.position), onError: (error) => errors.push(error) },
  );
  return { positions, errors, end: () => subscription.unsubscribe() };
}

async function until(fact: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!fact()) {
    if (Date.now() > deadline) throw new Error('it did not happen within 20 s');
    await delay(10);
  }
}
