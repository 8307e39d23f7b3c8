// A ledger whose model is small enough to see what must come out of it, made of real events: a lock for each deployment,
// and read models that count, so that an event applied twice, or not at all, shows.
import { AppError } from '@holdfast/shared/errors';
import type { EventType, LedgerEvent, NewEvent } from '@holdfast/shared/events';
import type { BackupId, DeploymentId } from '@holdfast/shared/ids';
import type { Document, MongoClient } from 'mongodb';
import { v7 as uuid } from 'uuid';
import { type SlottedCollection, slotName, slottedCollections } from '../ledger/collections.ts';
import type { Ledger, LedgerCommand, Projection, StreamModel } from '../ledger/ledger.ts';
import { type LedgerTuning, openLedger } from '../ledger/open-ledger.ts';

/** Every stream counts the events that move it; a deployment also knows which backup holds its lock. */
export interface TinyState {
  readonly moved: number;
  readonly lock: string | null;
}

const model: StreamModel = {
  affects: (event) =>
    'deploymentId' in event.data ? [event.stream, `deployment:${event.data.deploymentId}`] : [event.stream],
  evolve(stream, state, event) {
    const { moved, lock } = (state as TinyState | undefined) ?? { moved: 0, lock: null };
    return { moved: moved + 1, lock: stream.startsWith('deployment:') ? lockAfter(lock, event) : null };
  },
};

function lockAfter(lock: string | null, event: LedgerEvent): string | null {
  if (event.type === 'BackupRequested') return event.data.backupId;
  return event.type === 'BackupCancelled' ? null : lock;
}

const projections: readonly Projection[] = [
  {
    name: 'backups',
    indexes: [{ key: { status: 1 } }],
    project(event) {
      if (!('backupId' in event.data)) return [];
      const status = { status: event.type, at: event.at };
      // The database refuses to count up a text: a defect of a projection.
      const update = event.type === 'BackupMissing' ? { $inc: { status: 1 } } : { $set: status, $inc: { events: 1 } };
      return [{ id: event.data.backupId, update }];
    },
  },
  {
    name: 'operations',
    indexes: [],
    project: (event) => [{ id: event.type, update: { $inc: { events: 1 }, $set: { last: event.position } } }],
  },
];

export const tinyRules = { model, projections };

export function openTinyLedger(client: MongoClient, databaseName: string, tuning: LedgerTuning = {}): Promise<Ledger> {
  return openLedger({ client, databaseName, ...tinyRules, tuning });
}

/** Appends whatever it is given, without a look at any state. */
export function append(...events: NewEvent[]): LedgerCommand {
  return { reads: [], decide: () => events, ...envelope() };
}

export function signIn(): LedgerCommand {
  return append({ stream: 'access', type: 'SignedIn', data: { method: 'login-code' } });
}

/** Takes the deployment's lock for a fresh backup. Raises OPERATION_IN_PROGRESS. */
export function requestBackupOf(deploymentId: DeploymentId, backupId = newBackupId()): LedgerCommand {
  const deployment = `deployment:${deploymentId}`;
  return {
    ...envelope(),
    reads: [deployment],
    decide(states) {
      const lock = (states.get(deployment) as TinyState | undefined)?.lock ?? null;
      if (lock !== null) throw inProgress(lock);
      return [backupRequested(deploymentId, backupId)];
    },
  };
}

/** Releases the lock, whoever has it. */
export function cancelBackupOf(deploymentId: DeploymentId, backupId: BackupId): LedgerCommand {
  return append({ stream: `backup:${backupId}`, type: 'BackupCancelled', data: { backupId, deploymentId } });
}

export function backupRequested(deploymentId: DeploymentId, backupId = newBackupId()): NewEvent<'BackupRequested'> {
  const rest = { deploymentName: 'tiny', database: null, policyId: null, trigger: 'manual', dueAt: null } as const;
  return { stream: `backup:${backupId}`, type: 'BackupRequested', data: { backupId, deploymentId, ...rest } };
}

export function newDeploymentId(): DeploymentId {
  return uuid() as DeploymentId;
}

export function newBackupId(): BackupId {
  return uuid() as BackupId;
}

/** Read models and states of a generation, as they are stored. */
export async function dumpGeneration(client: MongoClient, databaseName: string, generation: number) {
  const dump = async (name: SlottedCollection): Promise<[string, Document[]]> => [
    name,
    await client.db(databaseName).collection(slotName(name, generation)).find({}).sort({ _id: 1 }).toArray(),
  ];
  return Object.fromEntries(await Promise.all(slottedCollections.map(dump)));
}

/** Counted by type from the events themselves: what the read model `operations` must say. */
export function countByType(events: readonly LedgerEvent[]): Partial<Record<EventType, number>> {
  const counts: Partial<Record<EventType, number>> = {};
  for (const { type } of events) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

function envelope() {
  return { actor: { kind: 'user', id: 'tester' }, correlationId: uuid() } as const;
}

function inProgress(operationId: string): AppError {
  const since = '2026-11-24T00:00:00.000Z';
  const holder = { kind: 'backup', operationId, actor: envelope().actor, since, cancelRequested: false } as const;
  return new AppError('OPERATION_IN_PROGRESS', { deploymentName: 'tiny', holder });
}
