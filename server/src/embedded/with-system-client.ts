import { type MongoClient, MongoServerError } from 'mongodb';
import type { MongodProcess } from './mongod-process.ts';
import { systemClient } from './system-client.ts';

/** The mongod that was waited for has ended. */
export class MongodEnded extends Error {
  override readonly name = 'MongodEnded';
}

export interface Waiting {
  readonly port: number;
  readonly signal: AbortSignal;
  /** How long mongod may take until it answers, as long as it lives. */
  readonly answerMs: number;
  /** Whether a refused keyfile ends the wait: of a fresh one's port it only says that another program has it. */
  readonly refusalIsFinal: boolean;
}

/**
 * Works on a mongod as `__system` once it answers. Throws MongodEnded as soon as it ends, the signal's reason, or that it
 * does not answer; what `work` throws passes through.
 */
export async function withSystemClient(
  mongod: MongodProcess,
  key: string,
  waiting: Waiting,
  work: (client: MongoClient, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([waiting.signal, over.signal]);
  const ended = mongod.ended.then(() => Promise.reject(new MongodEnded('mongod ended')));
  try {
    await Promise.race([workOnceItAnswers(mongod.pid, key, { ...waiting, signal }, work), ended]);
  } finally {
    over.abort();
  }
}

async function workOnceItAnswers(
  pid: number,
  key: string,
  waiting: Waiting,
  work: (client: MongoClient, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const client = await connect(pid, key, waiting);
  try {
    await work(client, waiting.signal);
  } finally {
    await close(client);
  }
}

/**
 * Whoever answers with our keyfile and that process number is our mongod; another one's answer never passes for it. Each
 * try has a client of its own: one whose first connection failed may stay closed for good.
 */
async function connect(pid: number, key: string, { port, signal, answerMs, refusalIsFinal }: Waiting) {
  const deadline = performance.now() + answerMs;
  for (;;) {
    signal.throwIfAborted();
    const client = systemClient(port, key);
    let problem: unknown;
    try {
      const { pid: answered } = await client.db('admin').command({ serverStatus: 1 });
      if (Number(answered) === pid) return client;
      problem = new Error(`process ${answered} answers instead`);
    } catch (error) {
      problem = error;
    }
    await close(client);
    const refused = problem instanceof MongoServerError && problem.codeName === 'AuthenticationFailed';
    if (refusalIsFinal && refused) throw problem;
    if (performance.now() > deadline) throw new Error('The embedded mongod does not answer.', { cause: problem });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A connection that hangs or breaks while it is closed changes nothing. */
async function close(client: MongoClient): Promise<void> {
  await client.close().catch(() => {});
}
