import type { Actor } from '@holdfast/shared/actor';
import { AppError } from '@holdfast/shared/errors';
import { type ImportedFacts, importBackup } from '../domain/backup.ts';
import type { Services } from '../services.ts';
import type { ArchiveStorage } from '../storage/archive-storage.ts';
import { execute } from './execute.ts';

/**
 * Records an import whose archive has its key; idempotent. Raises DEPLOYMENT_NOT_FOUND when the deployment was removed meanwhile;
 * the archive is removed then too. Whatever else it throws, the archive is there and may have been recorded: ask again.
 */
export async function recordImport(
  services: Services,
  { actor, facts, storage }: { readonly actor: Actor; readonly facts: ImportedFacts; readonly storage: ArchiveStorage },
): Promise<void> {
  const [backup, deployment] = [`backup:${facts.backupId}`, `deployment:${facts.deploymentId}`] as const;
  try {
    await execute(services.ledger, {
      actor,
      correlationId: facts.backupId,
      reads: [backup, deployment],
      decide: (read) => importBackup({ backup: read(backup), deployment: read(deployment) }, facts),
    });
  } catch (error) {
    if (isWithoutDeployment(error)) await storage.remove(facts.key);
    throw error;
  }
}

/** Whether nothing more can become of the import. */
export function isWithoutDeployment(error: unknown): boolean {
  return error instanceof AppError && error.code === 'DEPLOYMENT_NOT_FOUND';
}
