// Ends imports whose server went away: what was sealed is finished forward, the rest leaves nothing behind.
import { recordImport } from '../commands/record-import.ts';
import type { Services } from '../services.ts';
import type { StoredImport } from './running-imports.ts';

/** One look. What cannot be ended now is tried again. */
export async function endAbandonedImports(services: Services): Promise<void> {
  for (;;) {
    const left = await services.imports.takeAbandoned();
    if (left === null) return;
    try {
      await endImport(services, left);
      await services.imports.forget(left._id);
    } catch (err) {
      services.logger.error({ backupId: left._id, err }, 'an abandoned import could not be ended yet');
    }
  }
}

async function endImport(services: Services, left: StoredImport): Promise<void> {
  const { key, uploadToken: token, sealed, destinationId } = left;
  const storage = services.destinations.byId(destinationId);
  if (storage === undefined) throw new Error(`the destination ${destinationId} of an import is not known here`);
  services.logger.warn({ backupId: left._id, key, sealed: sealed !== null }, 'ending an abandoned import');
  if (sealed !== null && (await storage.finishUpload({ key, token }))) await recordImport(services, left.actor, sealed);
  else await storage.discardUpload(token);
}
