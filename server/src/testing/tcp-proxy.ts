// A network that misbehaves on command, between a client and a server on loopback.
import { connect, createServer, type Socket } from 'node:net';

export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Ends every connection that is open now. */
  cut(): void;
  /** Ends each of the next connections after so many bytes of the server's answers; undefined: no more. */
  cutAfter(bytes: number | undefined): void;
  /** Lets no byte of an answer pass until it is told to. */
  hold(isHeld: boolean): void;
  /** Changes one byte of what a client sends next, at this distance, once. */
  spoil(afterBytes: number): void;
  /** Connections that were made so far. */
  readonly connections: number;
}

/** Starts one before a port of this machine. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const state = { connections: 0, cutAfter: undefined as number | undefined, isHeld: false, spoilAfter: -1 };
  const server = createServer((client) => {
    state.connections += 1;
    const upstream = connect(targetPort, '127.0.0.1');
    const limit = state.cutAfter;
    let answered = 0;
    const end = () => void [client, upstream].forEach((socket) => void socket.destroy());
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', end).on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    client.on('data', (chunk: Buffer) => upstream.write(spoilt(chunk, state)));
    upstream.on('data', (chunk: Buffer) => {
      if (state.isHeld) return;
      const rest = (limit ?? Number.POSITIVE_INFINITY) - answered;
      answered += chunk.length;
      client.write(chunk.subarray(0, rest));
      if (answered >= (limit ?? Number.POSITIVE_INFINITY)) client.end(() => end());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    get connections() {
      return state.connections;
    },
    cut: () => void [...sockets].forEach((socket) => void socket.destroy()),
    cutAfter(bytes) {
      state.cutAfter = bytes;
    },
    hold(isHeld) {
      state.isHeld = isHeld;
    },
    spoil(afterBytes) {
      state.spoilAfter = afterBytes;
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function spoilt(chunk: Buffer, state: { spoilAfter: number }): Buffer {
  if (state.spoilAfter < 0) return chunk;
  if (state.spoilAfter >= chunk.length) {
    state.spoilAfter -= chunk.length;
    return chunk;
  }
  const changed = Buffer.from(chunk);
  changed[state.spoilAfter] = (changed[state.spoilAfter] ?? 0) ^ 1;
  state.spoilAfter = -1;
  return changed;
}
