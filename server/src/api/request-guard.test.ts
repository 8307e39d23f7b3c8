import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HttpEnv } from './http-app.ts';
import { bodyTimeGuard } from './request-guard.ts';

const limitMs = 200;
const app = new Hono<HttpEnv>();
app.use(bodyTimeGuard(limitMs));
app.onError((_, context) => context.body(null, 400));
app.post('/read', async (context) => context.text(`read ${(await context.req.text()).length}`));
app.post('/work', async (context) => {
  await context.req.text();
  await delay(3 * limitMs);
  return context.text('worked');
});
app.get('/stream', async (context) => {
  await delay(3 * limitMs);
  return context.text('streamed');
});
const server = createAdaptorServer({ fetch: app.fetch });
let port: number;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

/** What the server sends until it closes the connection. */
async function answerTo(head: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(`${head}\r\nHost: localhost\r\nConnection: close\r\n`);
  socket.write(head.startsWith('GET') ? '\r\n' : 'Content-Length: 5\r\n\r\n');
  if (head.startsWith('POST /work')) socket.write('whole');
  if (head.startsWith('POST /read')) socket.write('half');
  return await text(socket);
}

describe('bodyTimeGuard', () => {
  it('ends a request whose body does not come', async () => {
    expect(await answerTo('POST /read HTTP/1.1')).not.toContain('read');
  });

  it('leaves alone who waits for an answer, however long that takes', async () => {
    expect(await answerTo('POST /work HTTP/1.1')).toContain('worked');
    expect(await answerTo('GET /stream HTTP/1.1')).toContain('streamed');
  });
});
