// The destinations of a configuration file: which are known, which can be added as they are, which have to be added by somebody who
// has their key. Nothing is made anywhere: the place that a file names has to be there.
import type { ConfigurationFile, ConfiguredDestination } from '@holdfast/shared/configuration';
import { AppError } from '@holdfast/shared/errors';
import type { EventData } from '@holdfast/shared/events';
import { OperationFailure } from '@holdfast/shared/failures';
import type { DestinationId } from '@holdfast/shared/ids';
import { openDestination } from '../destinations/open-destination.ts';
import type { Services } from '../services.ts';
import { LocationInvalid } from '../storage/storage-location.ts';

/** What the file says of the further destinations that are known here. */
export function exportDestinations({ destinations }: Services): NonNullable<ConfigurationFile['destinations']> {
  return destinations
    .known()
    .filter(({ isMain }) => !isMain)
    .map(({ id, name, url, secretRef }) => ({ id: id as DestinationId, name, url, needsKey: secretRef !== null }));
}

export interface ComparedDestinations {
  readonly changes: ConfiguredDestination[];
  readonly additions: readonly EventData<'DestinationAdded'>[];
}

/** Opens those that are not known, within seconds. */
export async function compareDestinations(services: Services, file: ConfigurationFile): Promise<ComparedDestinations> {
  const known = new Set(services.destinations.known().map(({ id }) => id));
  const changes: ConfiguredDestination[] = [];
  for (const { id, name, url, needsKey } of file.destinations ?? []) {
    if (known.has(id)) changes.push({ kind: 'destination-unchanged', id, name, url, problem: null });
    else if (needsKey) changes.push({ kind: 'destination-needs-key', id, name, url, problem: null });
    else changes.push(await look({ id, name, url }));
  }
  const additions = changes
    .filter(({ kind }) => kind === 'destination-added')
    .map(({ id, name, url }) => ({ destinationId: id, name, url, secretRef: null }));
  return { changes, additions };
}

async function look(place: Pick<ConfiguredDestination, 'id' | 'name' | 'url'>): Promise<ConfiguredDestination> {
  try {
    await openDestination({ url: place.url, secret: null, id: place.id });
    return { kind: 'destination-added', ...place, problem: null };
  } catch (error) {
    if (!(error instanceof OperationFailure || error instanceof LocationInvalid)) throw error;
    return { kind: 'destination-away', ...place, problem: error.message };
  }
}

/** Raises CONFIGURATION_INVALID when a policy names a destination that is not here and is not added either. */
export function requirePlaces(
  services: Services,
  { additions }: ComparedDestinations,
  policy: { readonly deployment: string; readonly destinationIds: readonly DestinationId[] },
): void {
  const here = [...services.destinations.known().map(({ id }) => id), ...additions.map((added) => added.destinationId)];
  const missing = policy.destinationIds.filter((id) => !here.includes(id));
  if (missing.length === 0) return;
  const problem = `the policy of ${policy.deployment} names destinations that are not here; add them first: ${missing.join(', ')}`;
  throw new AppError('CONFIGURATION_INVALID', { problems: [problem] });
}
