import type { Actor } from '@holdfast/shared/actor';
import { type ImportedFacts, importBackup } from '../domain/backup.ts';
import type { Services } from '../services.ts';
import { execute } from './execute.ts';

/** Records an import whose archive has its key; idempotent. Raises BACKUP_EXISTS, DEPLOYMENT_NOT_FOUND. */
export async function recordImport(services: Services, actor: Actor, facts: ImportedFacts): Promise<void> {
  const [backup, deployment] = [`backup:${facts.backupId}`, `deployment:${facts.deploymentId}`] as const;
  await execute(services.ledger, {
    actor,
    correlationId: facts.backupId,
    reads: [backup, deployment],
    decide: (read) => importBackup({ backup: read(backup), deployment: read(deployment) }, facts),
  });
}
