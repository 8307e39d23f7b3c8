import type { LedgerEvent } from '@holdfast/shared/events';
import { TRPCClientError } from '@trpc/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sampleEvent, sampleProgress } from '../testing/samples.ts';
import { LiveHub } from './live-hub.ts';
import type { HubMessage } from './live-messages.ts';
import type { LiveSource, StreamCallbacks } from './live-source.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the owner of the live stream', () => {
  it('begins at the head and tells each event once, in order', async () => {
    const { hub, told, source } = await startedHub({ head: 40 });
    source.events().onData(sampleEvent('BackupRequested', { position: 41 }));
    source.events().onData(sampleEvent('BackupStarted', { position: 42 }));
    source.events().onData(sampleEvent('BackupStarted', { position: 42 }));
    expect(source.opened).toEqual([40]);
    expect(told.filter(isEvent).map(({ event }) => event.position)).toEqual([41, 42]);
    expect(hub.snapshot()).toMatchObject({ status: { connection: 'live', position: 42 } });
  });

  it('gives a new tab what runs now', async () => {
    const { hub, source } = await startedHub({ head: 1 });
    source.operations().onData([sampleProgress()]);
    expect(hub.snapshot()).toMatchObject({ operations: [{ deploymentName: 'shop-prod' }] });
  });

  it('says since when it is not live, and goes on after the last position', async () => {
    const { told, source, hub } = await startedHub({ head: 40 });
    source.events().onData(sampleEvent('BackupRequested', { position: 41 }));
    vi.setSystemTime(5_000);
    source.events().onDown();
    expect(lastStatus(told)).toMatchObject({ connection: 'lost', since: 5_000, position: 41 });

    source.head = 44;
    await vi.advanceTimersByTimeAsync(3_000);
    source.events().onUp();
    source.operations().onUp();
    await vi.advanceTimersByTimeAsync(0);
    expect(source.opened).toEqual([40, 41]);
    expect(lastStatus(told)).toMatchObject({ connection: 'live', position: 41, head: 44 });
    hub.stop();
  });

  it('counts as lost when the server does not answer at all, and asks again', async () => {
    const source = createSource(0);
    source.failWith = new TRPCClientError('fetch failed');
    const { told, hub } = hubOf(source);
    hub.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(lastStatus(told)).toMatchObject({ connection: 'lost' });

    source.failWith = null;
    source.head = 7;
    await vi.advanceTimersByTimeAsync(3_000);
    expect(source.opened).toEqual([7]);
    hub.stop();
  });

  it('tells a ledger that does not answer from a server that does not', async () => {
    const { hub, told, source } = await startedHub({ head: 40 });
    const silence = {
      message: '',
      code: -32603,
      data: { code: 'SERVICE_UNAVAILABLE', app: { code: 'LEDGER_UNAVAILABLE' } },
    };
    vi.setSystemTime(5_000);
    source.failWith = TRPCClientError.from({ error: silence } as never);
    source.events().onDown(source.failWith);
    expect(lastStatus(told)).toMatchObject({ connection: 'lost', silent: 'ledger', since: 5_000 });

    source.failWith = new TRPCClientError('fetch failed');
    await vi.advanceTimersByTimeAsync(3_000);
    expect(lastStatus(told)).toMatchObject({ connection: 'lost', silent: 'server', since: 5_000 });

    source.failWith = null;
    await vi.advanceTimersByTimeAsync(3_000);
    source.events().onUp();
    source.operations().onUp();
    await vi.advanceTimersByTimeAsync(0);
    expect(lastStatus(told)).toMatchObject({ connection: 'live', silent: undefined });
    hub.stop();
  });

  it('ends when the session is over, and begins anew after the next sign-in', async () => {
    const { hub, told, source } = await startedHub({ head: 40 });
    source.failWith = TRPCClientError.from({
      error: { message: '', code: -32001, data: { code: 'UNAUTHORIZED' } },
    } as never);
    source.events().onDown();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(lastStatus(told)).toMatchObject({ connection: 'signed-out' });
    expect(source.openStreams).toBe(0);

    source.failWith = null;
    source.head = 50;
    hub.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(source.opened).toEqual([40, 50]);
    hub.stop();
  });

  it('closes the streams and tells every tab when one of them signs out', async () => {
    const { hub, told, source } = await startedHub({ head: 40 });
    hub.signOut();
    expect(lastStatus(told)).toMatchObject({ connection: 'signed-out' });
    expect(source.openStreams).toBe(0);
  });

  it('does nothing on a second start', async () => {
    const { hub, source } = await startedHub({ head: 1 });
    hub.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(source.opened).toEqual([1]);
  });
});

interface PlayedSource extends LiveSource {
  head: number;
  failWith: Error | null;
  opened: number[];
  openStreams: number;
  events(): StreamCallbacks<LedgerEvent>;
  operations(): StreamCallbacks<ReturnType<typeof sampleProgress>[]>;
}

function createSource(head: number): PlayedSource {
  let events: StreamCallbacks<LedgerEvent> | undefined;
  let operations: StreamCallbacks<ReturnType<typeof sampleProgress>[]> | undefined;
  const present = <T>(callbacks: T | undefined): T => {
    if (!callbacks) throw new Error('the stream was not opened');
    return callbacks;
  };
  const source: PlayedSource = {
    head,
    failWith: null,
    opened: [],
    openStreams: 0,
    events: () => present(events),
    operations: () => present(operations),
    readHead: async () => {
      if (source.failWith) throw source.failWith;
      return source.head;
    },
    openEvents: (after, callbacks) => {
      source.opened.push(after);
      events = callbacks;
      source.openStreams++;
      return () => source.openStreams--;
    },
    openOperations: (callbacks) => {
      operations = callbacks;
      source.openStreams++;
      return () => source.openStreams--;
    },
  };
  return source;
}

function hubOf(source: PlayedSource) {
  const told: HubMessage[] = [];
  const hub = new LiveHub({ source, publish: (message) => told.push(message) });
  return { hub, told, source };
}

async function startedHub({ head }: { head: number }) {
  const parts = hubOf(createSource(head));
  parts.hub.start();
  await vi.advanceTimersByTimeAsync(0);
  parts.source.events().onUp();
  parts.source.operations().onUp();
  await vi.advanceTimersByTimeAsync(0);
  return parts;
}

function isEvent(message: HubMessage): message is Extract<HubMessage, { kind: 'event' }> {
  return message.kind === 'event';
}

function lastStatus(told: readonly HubMessage[]): unknown {
  return told.findLast((message) => message.kind === 'status')?.status;
}
