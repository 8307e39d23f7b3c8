// The servers over one ledger, each with a heartbeat by the database's clock: who is there, who drains, who is silent.
// Nothing is decided by it: what a silent server ran is taken over by its leases.
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerInfo, ServerRole } from '@holdfast/shared/server';
import type { Collection } from 'mongodb';
import { settledWithin } from '../ledger/waiting.ts';
import type { RunningOperations } from '../runner/running-operations.ts';

/** A server as it is stored. */
export interface StoredServer {
  readonly _id: string;
  readonly instanceId: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly role: ServerRole;
  readonly concurrency: number;
  readonly draining: boolean;
  readonly startedAt: Date;
  readonly heartbeatAt: Date;
  readonly destination: { readonly id: string; readonly url: string; readonly isShared: boolean };
  /** Tells one master key from another; says nothing about the key itself. */
  readonly keyId: string;
}

export type RegisteredServer = Omit<StoredServer, 'host' | 'pid' | 'draining' | 'startedAt' | 'heartbeatAt'>;

export interface ServerRegistry {
  /** Every server that was seen within the last ten minutes, the longest running first. */
  list(): Promise<ServerInfo[]>;
  /** From now on this server is shown as draining. */
  drain(): Promise<void>;
  /** Stops the heartbeat and leaves the list. */
  close(): Promise<void>;
}

/** This server and another one cannot work over one ledger as they are set up. `message` says why, and what to do. */
export class ServersDiffer extends Error {
  override readonly name = 'ServersDiffer';
}

const heartbeatMs = 5_000;
const lookEveryMs = 250;
const leaveMs = 2_000;
const silentAfterMs = 4 * heartbeatMs;
const forgottenAfterSeconds = 600;

export interface ServerRegistryOptions {
  readonly collection: Collection<StoredServer>;
  readonly running: Pick<RunningOperations, 'all'>;
  /** Told when a heartbeat could not be written; the next one is tried all the same. */
  readonly onMissed: (error: unknown) => void;
}

/** Enters this server. Throws ServersDiffer while one that was there before keeps archives or secrets of its own. */
export async function joinServers(own: RegisteredServer, options: ServerRegistryOptions): Promise<ServerRegistry> {
  const { collection, running, onMissed } = options;
  await collection.createIndex({ heartbeatAt: 1 }, { expireAfterSeconds: forgottenAfterSeconds });
  // The same data folder has one owner at a time: an earlier one is gone.
  await collection.deleteMany({ instanceId: own.instanceId });
  let draining = false;
  const beat = () =>
    collection.updateOne(
      { _id: own._id },
      [
        {
          $set: {
            ...literal({ ...own, host: hostname(), pid: process.pid, draining }),
            startedAt: { $ifNull: ['$startedAt', '$$NOW'] },
            heartbeatAt: '$$NOW',
          },
        },
      ],
      { upsert: true },
    );
  await beat();
  try {
    await requireAlike(collection, own);
  } catch (error) {
    await collection.deleteOne({ _id: own._id });
    throw error;
  }
  let beating: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    beating = beat().catch(onMissed);
  }, heartbeatMs);
  return {
    async list() {
      const [servers, operations] = await Promise.all([withAge(collection), running.all()]);
      return servers.map(({ server, silentForMs }) => ({
        ...publicServer(server, silentForMs),
        isThis: server._id === own._id,
        operations: operations
          .filter(({ worker }) => worker === server._id)
          .map(({ progress: { operationId, kind, deploymentName, phase } }) => ({
            operationId,
            kind,
            deploymentName,
            phase,
          })),
      }));
    },
    async drain() {
      draining = true;
      await beat().catch(onMissed);
    },
    async close() {
      clearInterval(timer);
      // A ledger that is away must not keep this server from ending: the others see it as silent.
      await settledWithin(leaveMs, beating);
      await settledWithin(leaveMs, collection.deleteOne({ _id: own._id }).catch(onMissed));
    },
  };
}

function literal(fields: object): Record<string, { $literal: unknown }> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { $literal: value }]));
}

interface AgedServer {
  readonly server: StoredServer;
  readonly silentForMs: number;
}

async function withAge(collection: Collection<StoredServer>): Promise<AgedServer[]> {
  const found = await collection
    .aggregate<StoredServer & { readonly silentForMs: number }>([
      { $set: { silentForMs: { $subtract: ['$$NOW', '$heartbeatAt'] } } },
      { $sort: { startedAt: 1, _id: 1 } },
    ])
    .toArray();
  return found.map(({ silentForMs, ...server }) => ({ server, silentForMs: Number(silentForMs) }));
}

/** Whichever server claims an operation runs it: every archive and every secret has to be within reach of all of them. */
async function requireAlike(collection: Collection<StoredServer>, own: RegisteredServer): Promise<void> {
  const servers = await withAge(collection);
  const self = servers.findIndex(({ server }) => server._id === own._id);
  const earlier = servers.slice(0, Math.max(0, self)).filter(({ silentForMs }) => silentForMs < silentAfterMs);
  for (const { server } of earlier) {
    const problem = difference(server, own);
    if (problem !== null && (await isAlive(collection, server))) throw new ServersDiffer(problem);
  }
}

/** One that was killed a moment ago looks alive until it has been silent for a while: its next heartbeat tells. */
async function isAlive(collection: Collection<StoredServer>, { _id, heartbeatAt }: StoredServer): Promise<boolean> {
  const deadline = performance.now() + silentAfterMs;
  while (performance.now() < deadline) {
    const now = await collection.findOne({ _id });
    if (now === null) return false;
    if (now.heartbeatAt.getTime() !== heartbeatAt.getTime()) return true;
    await delay(lookEveryMs);
  }
  return false;
}

function difference(other: StoredServer, own: RegisteredServer): string | null {
  const which = `Another server (${other.host}, process ${other.pid})`;
  const where = `${which} keeps its archives in ${other.destination.url}`;
  if (other.destination.id !== own.destination.id)
    return (
      `${where}, and this one would keep them in ${own.destination.url}: neither could restore the other's. ` +
      'Give both the same bucket, or the same folder on a shared file system, with HOLDFAST_STORAGE_URL; for a folder set HOLDFAST_STORAGE_SHARED=true.'
    );
  if (!own.destination.isShared)
    return (
      `${where}, which is not marked as shared. If that folder is one file system that all servers see, ` +
      'set HOLDFAST_STORAGE_SHARED=true; otherwise stop the other server first.'
    );
  if (other.keyId !== own.keyId)
    return `${which} seals connection strings with another master key. Give all of them the same HOLDFAST_SECRET_KEY (or HOLDFAST_SECRET_KEY_FILE).`;
  return null;
}

function publicServer(server: StoredServer, silentForMs: number): Omit<ServerInfo, 'isThis' | 'operations'> {
  const { _id, instanceId, host, pid, version, role, concurrency, startedAt, heartbeatAt } = server;
  const state = silentForMs >= silentAfterMs ? 'silent' : server.draining ? 'draining' : 'running';
  return {
    ...{ worker: _id, instanceId, host, pid, version, role, state, concurrency },
    startedAt: startedAt.toISOString(),
    lastSeenAt: heartbeatAt.toISOString(),
  };
}
