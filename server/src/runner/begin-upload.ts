// Where the archive of a backup goes first: to the first destination that takes it.
import { OperationFailure } from '@holdfast/shared/failures';
import type { DestinationId, PolicyId } from '@holdfast/shared/ids';
import { v7 as uuid } from 'uuid';
import { requireDestination } from '../destinations/destinations.ts';
import type { PolicyState } from '../domain/policy.ts';
import type { Services } from '../services.ts';
import type { ArchiveStorage, Upload } from '../storage/archive-storage.ts';
import { type Impact, limitedStorage } from './impact.ts';
import type { OperationRun } from './operation-run.ts';

export interface Beginning {
  readonly key: string;
  readonly policyId: PolicyId | null;
  readonly impact: Impact;
  readonly expectedBytes: number;
  /** The ledger will not know of the archive before it is visible: its key is noted for whoever has to clean up. */
  readonly notesKey?: boolean;
}

export interface BegunUpload {
  readonly upload: Upload;
  readonly destinationId: DestinationId;
  readonly storage: ArchiveStorage;
}

/** How much smaller an archive is than the documents in it, as a rule. */
export const usualRatio = 3;

/**
 * Begins the archive at the first destination of the policy that takes it, of no policy at the main one: while one is away, backups go
 * on at the next. Throws what the first one said when none takes it.
 */
export async function beginUpload(
  services: Services,
  run: OperationRun,
  { key, policyId, impact, expectedBytes, notesKey = false }: Beginning,
): Promise<BegunUpload> {
  let first: unknown;
  for (const destinationId of await destinationsOf(services, policyId)) {
    // Noted before there is anything to own: what lies at the destination without an owner is nobody's, at any time.
    const token = uuid();
    await run.note({
      uploadToken: token,
      uploadDestinationId: destinationId,
      ...(notesKey ? { uploadKey: key } : {}),
    });
    try {
      const storage = limitedStorage(await requireDestination(services.destinations, destinationId), impact);
      return { upload: await storage.createUpload(key, token, expectedBytes), destinationId, storage };
    } catch (error) {
      if (!(error instanceof OperationFailure)) throw error;
      first ??= error;
      const { operationId } = run.facts;
      services.logger.warn({ operationId, destinationId, err: error }, 'a destination takes no backup now');
    }
  }
  throw first;
}

/** In the order in which they are tried. */
async function destinationsOf({ ledger, destinations }: Services, policyId: PolicyId | null): Promise<DestinationId[]> {
  const policy =
    policyId === null ? undefined : ((await ledger.state(`policy:${policyId}`)) as PolicyState | undefined);
  const named = policy?.settings.destinationIds ?? [];
  return named.length > 0 ? [...named] : [destinations.main.id as DestinationId];
}
