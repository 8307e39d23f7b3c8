// How a tab reaches the one stream: through a shared worker; without one, through the tab that holds a lock; without
// locks, over a stream of its own.
import { LiveHub } from './live-hub.ts';
import type { HubMessage, TabMessage } from './live-messages.ts';
import { createLiveSource } from './live-source.ts';

export interface LiveLink {
  send(message: TabMessage): void;
  close(): void;
}

/** Connects and says hello; `receive` gets a snapshot at once and then whatever changes. */
export function openLiveLink(receive: (message: HubMessage) => void): LiveLink {
  if (typeof SharedWorker === 'function') return throughWorker(receive);
  if (typeof BroadcastChannel === 'function' && 'locks' in navigator) return throughLeader(receive);
  return alone(receive);
}

function throughWorker(receive: (message: HubMessage) => void): LiveLink {
  // Spelled out in one expression: the bundler finds the worker by this shape.
  const { port } = new SharedWorker(new URL('./live-worker.ts', import.meta.url), {
    type: 'module',
    name: 'holdfast-live',
  });
  port.onmessage = ({ data }: MessageEvent<HubMessage>) => receive(data);
  const send = (message: TabMessage) => port.postMessage(message);
  send({ kind: 'hello' });
  return { send, close: () => send({ kind: 'bye' }) };
}

function throughLeader(receive: (message: HubMessage) => void): LiveLink {
  const channel = new BroadcastChannel('holdfast-live');
  const ended = new AbortController();
  let lead: LiveLink | null = null;
  channel.onmessage = ({ data }: MessageEvent<HubMessage | TabMessage>) => {
    if (isForHub(data)) lead?.send(data);
    else if (!lead) receive(data);
  };
  const publish = (message: HubMessage) => {
    receive(message);
    channel.postMessage(message);
  };
  // Held until the tab closes; the browser then gives it to the next tab in line.
  const holdLock = navigator.locks.request('holdfast-live', { signal: ended.signal }, () => {
    lead = alone(publish);
    return new Promise<void>((resolve) => ended.signal.addEventListener('abort', () => resolve()));
  });
  holdLock.catch((error: unknown) => {
    if (!ended.signal.aborted) throw error;
  });
  const send = (message: TabMessage) => (lead ? lead.send(message) : channel.postMessage(message));
  send({ kind: 'hello' });
  return {
    send,
    close: () => {
      lead?.close();
      ended.abort();
      channel.close();
    },
  };
}

function isForHub(message: HubMessage | TabMessage): message is TabMessage {
  return ['hello', 'retry', 'bye', 'sign-out'].includes(message.kind);
}

function alone(publish: (message: HubMessage) => void): LiveLink {
  const hub = new LiveHub({ source: createLiveSource(), publish });
  const send = (message: TabMessage) => {
    if (message.kind === 'retry') hub.retry();
    if (message.kind === 'sign-out') hub.signOut();
    if (message.kind !== 'hello') return;
    hub.start();
    publish(hub.snapshot());
  };
  send({ kind: 'hello' });
  return { send, close: () => hub.stop() };
}
