// The list of policies: settings, and the newest completed backup of each. `nextRunAt` depends on the clock and is added
// by the API.
import type { LedgerEvent } from '@holdfast/shared/events';
import { defaultPolicySettings, type Policy } from '@holdfast/shared/policy';
import type { Projection, ReadModelWrite } from '../ledger/ledger.ts';

/** A policy as it is stored. `lastDueAt` is the newest due time that was answered. */
export type StoredPolicy = Omit<Policy, 'id' | 'nextRunAt'> & {
  _id: string;
  removed: boolean;
  changedAt: string;
  lastDueAt: string | null;
};

export const policiesProjection: Projection = {
  name: 'policies',
  indexes: [{ key: { deploymentId: 1 } }, { key: { enabled: 1 } }, { key: { destinationIds: 1 }, sparse: true }],
  project,
};

function project(event: LedgerEvent): ReadModelWrite[] {
  switch (event.type) {
    case 'PolicyChanged': {
      const { policyId, ...given } = event.data;
      const missing = Object.entries(defaultPolicySettings).filter(([name]) => !(name in given));
      const fresh = { lastBackupAt: null, lastBackupId: null, lastDueAt: null, removed: false };
      const update = {
        $set: { ...given, changedAt: event.at },
        $setOnInsert: { ...Object.fromEntries(missing), ...fresh },
      };
      return [{ id: policyId, update }];
    }
    case 'DeploymentRemoved':
      return event.data.policyIds.map((id) => ({ id, update: { $set: { removed: true } }, upsert: false }));
    case 'BackupRequested':
      return event.data.policyId === null || event.data.dueAt === null
        ? []
        : [due(event.data.policyId, event.data.dueAt)];
    case 'BackupSkipped':
      return [due(event.data.policyId, event.data.dueAt)];
    case 'BackupCompleted':
      return event.data.policyId === null ? [] : [lastBackup(event.data.policyId, event)];
    default:
      return [];
  }
}

function due(id: string, dueAt: string): ReadModelWrite {
  return { id, update: { $max: { lastDueAt: dueAt } }, upsert: false };
}

function lastBackup(id: string, event: LedgerEvent<'BackupCompleted'>): ReadModelWrite {
  return { id, update: { $set: { lastBackupAt: event.at, lastBackupId: event.data.backupId } }, upsert: false };
}
