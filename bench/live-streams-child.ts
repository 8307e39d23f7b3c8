// The subscribers of `live-streams.ts`, in a process of their own: so many streams of events over HTTP, and when each event
// reached each of them, by the machine's monotonic clock, which all processes share.
import { Agent, get, type IncomingMessage } from 'node:http';

export interface Subscribers {
  readonly url: string;
  readonly key: string;
  readonly count: number;
}

/** Sent once all streams stand, and once asked for: position and time in milliseconds of each receipt. */
export type Report = 'ready' | { readonly receipts: readonly (readonly [position: number, atMs: number])[] };

const receipts: [number, number][] = [];
const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });

process.on('message', (message: Subscribers | 'report') => {
  if (message === 'report') return void process.send?.({ receipts: receipts.splice(0) } satisfies Report);
  void Promise.all(Array.from({ length: message.count }, () => subscribe(message))).then(() => process.send?.('ready'));
});
process.on('disconnect', () => process.exit());

function subscribe({ url, key }: Subscribers): Promise<void> {
  const headers = { authorization: `Bearer ${key}`, accept: 'text/event-stream' };
  return new Promise((resolve, reject) => {
    // From the first event on: a stream without a position begins at the head of the moment at which the server looks.
    const input = encodeURIComponent(JSON.stringify({ after: 0 }));
    get(`${url}/trpc/live.events?input=${input}`, { agent, headers }, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`a stream was answered with ${response.statusCode}`));
      read(response, resolve);
    }).once('error', reject);
  });
}

function read(response: IncomingMessage, onConnected: () => void): void {
  let rest = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    const atMs = Number(process.hrtime.bigint()) / 1e6;
    const messages = (rest + chunk).split('\n\n');
    rest = messages.pop() ?? '';
    for (const message of messages) {
      const position = /^id: (\d+)$/m.exec(message)?.[1];
      if (position !== undefined) receipts.push([Number(position), atMs]);
      else if (message.includes('event: connected')) onConnected();
    }
  });
}
