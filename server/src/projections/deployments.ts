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
  /** When the schedule of restore tests last had its turn here, whoever began that test. */
  restoreTriedAt?: string | null;
};

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
      return [{ id: deploymentId, update: { $set: { restoreTest, restoreTriedAt: event.at } }, upsert: false }];
    }
    case 'RestoreTestFailed':
      return [{ id: event.data.deploymentId, update: { $set: { restoreTriedAt: event.at } }, upsert: false }];
    case 'RestoreTestSkipped':
      return event.data.cause === 'schedule' && event.data.reason !== 'interrupted'
        ? [{ id: event.data.deploymentId, update: { $set: { restoreTriedAt: event.at } }, upsert: false }]
        : [];
    default:
      return [];
  }
}

function recovered(event: LedgerEvent<'DeploymentRecovered'>) {
  const { name, hosts, database, serverVersion } = event.data;
  return { name, hosts, database, serverVersion, replicaSet: null, secretRef: null, ...fresh };
}

const fresh = { status: 'idle', operation: null, removed: false, restoreTest: null, restoreTriedAt: null } as const;

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
