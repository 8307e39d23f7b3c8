import type { OperationProgress } from '@holdfast/shared/operation';
import { expect, it } from 'vitest';
import { appErrorOf, createHoldfastClient, waitForOperation } from './client.ts';
import { type StandInServer, startStandInServer } from './testing/stand-in-server.ts';

const id = '019a0000-0000-7000-8000-000000000001';
/** So long that only the streams can have said it. */
const never = { pollMs: 600_000 };

it('resolves with the record as it ended, told by the event stream', async () => {
  await using server = await runningServer();
  const waiting = waitForOperation(createHoldfastClient({ url: server.url }), { kind: 'backup', id, ...never });
  await bothLooksAnswered(server);
  server.backup = { id, status: 'failed' };
  server.events.push({ correlationId: id });
  expect(await waiting).toEqual({ id, status: 'failed' });
});

it('resolves when the operation leaves the list of what runs', async () => {
  await using server = await runningServer();
  server.refuse = (path) => (path === 'live.events' ? 404 : null);
  server.running = [{ operationId: id, documents: 1 }];
  const seen: number[] = [];
  const onProgress = ({ documents }: OperationProgress) => {
    seen.push(documents);
    if (documents === 1) server.running = [{ operationId: id, documents: 2 }];
    else end(server);
  };
  const waiting = waitForOperation(createHoldfastClient({ url: server.url }), {
    kind: 'backup',
    id,
    onProgress,
    ...never,
  });
  expect((await waiting).status).toBe('completed');
  expect(seen).toEqual([1, 2]);
});

it('polls where no stream can be opened', async () => {
  await using server = await runningServer();
  server.refuse = (path) => (path.startsWith('live.') ? 404 : null);
  const waiting = waitForOperation(createHoldfastClient({ url: server.url }), { kind: 'backup', id, pollMs: 20 });
  await requested(server, 'backups.byId', 3);
  end(server);
  expect((await waiting).status).toBe('completed');
});

it('outlives a restart of the server', async () => {
  await using server = await runningServer();
  const waiting = waitForOperation(createHoldfastClient({ url: server.url }), { kind: 'backup', id, pollMs: 20 });
  await requested(server, 'backups.byId');
  await server.stop();
  end(server);
  await server.start();
  expect((await waiting).status).toBe('completed');
});

it('gives up with the last error once the server has been away for longer than asked', async () => {
  await using server = await runningServer();
  const client = createHoldfastClient({ url: server.url });
  const waiting = waitForOperation(client, { kind: 'backup', id, pollMs: 20, patienceMs: 200 });
  await requested(server, 'backups.byId');
  await server.stop();
  await expect(waiting).rejects.toThrow('fetch failed');
  await server.start();
});

it('rejects with a refusal at once', async () => {
  await using server = await startStandInServer();
  const waiting = waitForOperation(createHoldfastClient({ url: server.url }), { kind: 'backup', id, ...never });
  expect(appErrorOf(await waiting.catch((error: unknown) => error))?.code).toBe('BACKUP_NOT_FOUND');
});

it('stops on the signal, with its reason', async () => {
  await using server = await runningServer();
  const stop = new AbortController();
  const client = createHoldfastClient({ url: server.url });
  const waiting = waitForOperation(client, { kind: 'backup', id, signal: stop.signal, ...never });
  await requested(server, 'live.operations');
  stop.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
});

async function runningServer(): Promise<StandInServer> {
  const server = await startStandInServer();
  server.backup = { id, status: 'running' };
  return server;
}

function end(server: StandInServer): void {
  server.backup = { id, status: 'completed' };
  server.running = [];
}

/** It looks at once, and again when the event stream has begun; from then on only an event can tell it something. */
async function bothLooksAnswered(server: StandInServer): Promise<void> {
  const deadline = Date.now() + 10_000;
  const looks = () => server.requests.filter(({ url, answered }) => answered && url.startsWith('/trpc/backups.byId'));
  while (looks().length < 2) {
    if (Date.now() > deadline) throw new Error('it did not look twice within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function requested(server: StandInServer, path: string, times = 1): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (server.requests.filter(({ url }) => url.startsWith(`/trpc/${path}`)).length < times) {
    if (Date.now() > deadline) throw new Error(`${path} was not called within 10 s`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
