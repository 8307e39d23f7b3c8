// Ends imports whose server went away: what was sealed is finished forward, the rest leaves nothing behind.
import { isWithoutDeployment, recordImport } from '../commands/record-import.ts';
import type { Services } from '../services.ts';
import type { StoredImport } from './running-imports.ts';

/** One look. What cannot be ended now is tried again. */
export async function endAbandonedImports(services: Services): Promise<void> {
  for (;;) {
    const left = await services.imports.takeAbandoned();
    if (left === null) return;
    try {
      await endImport(services, left).catch((error: unknown) => {
        if (!isWithoutDeployment(error)) throw error;
      });
      await services.imports.forget(left._id);
    } catch (err) {
      services.logger.error({ backupId: left._id, err }, 'an abandoned import could not be ended yet');
    }
  }
}

async function endImport(services: Services, left: StoredImport): Promise<void> {
  const { key, uploadToken: token, sealed: facts, destinationId, actor } = left;
  const storage = services.destinations.byId(destinationId);
  if (storage === undefined) throw new Error(`the destination ${destinationId} of an import is not known here`);
  services.logger.warn({ backupId: left._id, key, sealed: facts !== null }, 'ending an abandoned import');
  if (facts !== null && (await storage.finishUpload({ key, token })))
    await recordImport(services, { actor, facts, storage });
  else await storage.discardUpload(token);
}
