// Which answers an event makes out of date. Pure: the live context asks for them again.
import type { LedgerEvent } from '@holdfast/shared/events';
import type { QueryKey } from '../data/api-queries.ts';

/** Whether the answer under this key may differ now that `event` has happened. */
export function isAffected([path, input]: QueryKey, event: LedgerEvent): boolean {
  if (event.type === 'ConfigurationImported') return true;
  const [area, verb] = path.split('.');
  const data = event.data as { deploymentId?: string; backupId?: string; restoreId?: string; policyId?: string | null };
  const asked = (input ?? {}) as { id?: string; deploymentId?: string; operationId?: string };
  switch (area) {
    case 'deployments':
      return changesLockOrDeployment(event);
    case 'policies':
      return /^(?:Policy|Deployment|BackupCompleted|BackupDeleted|BackupExpired)/.test(event.type);
    case 'backups':
      // Where the archives should be.
      if (/^(?:Destination|PolicyChanged)/.test(event.type)) return true;
      if (!/^(?:Backup|SafetyBackup|RestoreTest|DeploymentUpdated)/.test(event.type)) return false;
      return verb === 'list' ? concerns(asked.deploymentId, data.deploymentId) : asked.id === data.backupId;
    case 'restoreTests':
      return /^(?:RestoreTest|Backup(?:Completed|Deleted|Expired)|DeploymentRemoved)/.test(event.type);
    case 'verification':
      return /^(?:Scrub|Backup|SafetyBackup)/.test(event.type);
    case 'destinations':
      if (verb === 'disks')
        return /^(?:Destination|PolicyChanged|Deployment(?:Registered|Updated|Removed))/.test(event.type);
      return /^(?:Destination|PolicyChanged|SafetyBackup|Backup(?:Completed|Imported|Missing|Adopted|Cop|Expired|Deleted))/.test(
        event.type,
      );
    case 'encryption':
      return /^(?:Encryption|RecoveryKit|PolicyChanged|DeploymentRemoved|Backup(?:Completed|Imported|Missing|Adopted|Expired|Deleted)$)/.test(
        event.type,
      );
    case 'restores':
      if (!event.type.startsWith('Restore')) return false;
      return verb === 'list' ? concerns(asked.deploymentId, data.deploymentId) : asked.id === data.restoreId;
    case 'operations':
      return changesLockOrDeployment(event);
    case 'audit':
      return asked.operationId !== undefined && asked.operationId === event.correlationId;
    case 'system':
      return verb === 'info' && /^(?:Safety)?Backup(?:Completed|Imported|Deleted)$/.test(event.type);
    default:
      return false;
  }
}

/** The unfiltered activity: it says how many newer events there are instead of changing under the reader's eye. */
export function isWaitingList([path, input]: QueryKey): boolean {
  return path === 'audit.search' && Object.keys((input ?? {}) as object).every((name) => name === 'limit');
}

function changesLockOrDeployment(event: LedgerEvent): boolean {
  return /^(?:Deployment|Backup|Restore|Operation)/.test(event.type);
}

function concerns(asked: string | undefined, changed: string | undefined): boolean {
  return asked === undefined || changed === undefined || asked === changed;
}
