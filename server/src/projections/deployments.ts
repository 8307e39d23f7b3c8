// The list of deployments with their lock: events -> documents of `shared/deployment.ts`, plus the reference of the sealed
// connection string, which the API never returns.
import type { Deployment, OperationKind } from '@holdfast/shared/deployment';
import type { LedgerEvent } from '@holdfast/shared/events';
import type { Projection, ReadModelWrite } from '../ledger/ledger.ts';

/** A deployment as it is stored. */
export type StoredDeployment = Omit<Deployment, 'id' | 'isConnected'> & {
  _id: string;
  secretRef: string | null;
  removed: boolean;
  /** What the schedule of restore tests goes by. */
  restoreTurns?: StoredRestoreTurns;
};

/** How the tests of a deployment came out: `RestoreTestTurns` of the domain says what each means. */
interface StoredRestoreTurns {
  readonly triedAt?: string | null;
  readonly cutMs?: number | null;
  readonly interruptedAt?: string | null;
}

export const deploymentsProjection: Projection = {
  name: 'deployments',
  indexes: [{ key: { name: 1 } }],
  project,
};

function project(event: LedgerEvent): ReadModelWrite[] {
  switch (event.type) {
    case 'DeploymentRegistered':
      return [{ id: event.data.deploymentId, update: { $set: { ...facts(event), ...fresh, registeredAt: event.at } } }];
    case 'DeploymentRecovered':
      return [{ id: event.data.deploymentId, update: { $set: { ...recovered(event), registeredAt: event.at } } }];
    case 'DeploymentUpdated':
      return [{ id: event.data.deploymentId, update: { $set: facts(event) } }];
    case 'DeploymentRemoved':
      return [{ id: event.data.deploymentId, update: { $set: { removed: true } } }];
    case 'BackupRequested':
      return [locked(event, 'backup', event.data.backupId)];
    case 'RestoreRequested':
      return [locked(event, 'restore', event.data.restoreId)];
    case 'OperationCancelRequested':
      return [{ id: event.data.deploymentId, update: { $set: { 'operation.cancelRequested': true } }, upsert: false }];
    case 'BackupCompleted':
    case 'BackupFailed':
    case 'BackupCancelled':
    case 'RestoreCompleted':
    case 'RestoreFailed':
    case 'RestoreCancelled':
      return [{ id: event.data.deploymentId, update: { $set: { status: 'idle', operation: null } }, upsert: false }];
    case 'RestoreTestPassed': {
      const { deploymentId, backupId, restoreMs, durationMs } = event.data;
      const restoreTest = { backupId, at: event.at, restoreMs, durationMs };
      return [{ id: deploymentId, update: { $set: { restoreTest, ...tried(event.at) } }, upsert: false }];
    }
    case 'RestoreTestFailed':
      return [{ id: event.data.deploymentId, update: { $set: tried(event.at) }, upsert: false }];
    case 'RestoreTestSkipped':
      return event.data.cause === 'schedule'
        ? [{ id: event.data.deploymentId, update: { $set: skipped(event) }, upsert: false }]
        : [];
    default:
      return [];
  }
}

function recovered(event: LedgerEvent<'DeploymentRecovered'>) {
  const { name, hosts, database, serverVersion } = event.data;
  return { name, hosts, database, serverVersion, replicaSet: null, secretRef: null, ...fresh };
}

/** Others' tests say when, but take nothing of the schedule. */
function tried(at: string, cutMs: number | null = null): { readonly restoreTurns: StoredRestoreTurns } {
  return { restoreTurns: { triedAt: at, cutMs, interruptedAt: null } };
}

function skipped({ at, data: { reason, durationMs = 0 } }: LedgerEvent<'RestoreTestSkipped'>) {
  if (reason === 'interrupted') return { 'restoreTurns.interruptedAt': at };
  return tried(at, reason === 'budget-spent' ? durationMs : null);
}

const fresh = {
  ...{ status: 'idle', operation: null, removed: false },
  ...{ restoreTest: null, restoreTurns: { triedAt: null, cutMs: null, interruptedAt: null } },
} as const;

function facts(event: LedgerEvent<'DeploymentRegistered' | 'DeploymentUpdated'>) {
  const { name, hosts, database, replicaSet, serverVersion, secretRef } = event.data;
  return { name, hosts, database, replicaSet, serverVersion, secretRef };
}

function locked(
  event: LedgerEvent<'BackupRequested' | 'RestoreRequested'>,
  kind: OperationKind,
  operationId: string,
): ReadModelWrite {
  const operation = { kind, operationId, actor: event.actor, since: event.at, cancelRequested: false };
  return { id: event.data.deploymentId, update: { $set: { status: `${kind}-running`, operation } }, upsert: false };
}
