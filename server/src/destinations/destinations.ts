// The destinations that this server has open, by the id of their marker. An archive is read where its backup's state says that
// it lies, whatever is configured now.
import { OperationFailure } from '@holdfast/shared/failures';
import type { ArchiveStorage } from '../storage/archive-storage.ts';

export interface Destinations {
  /** The one that HOLDFAST_STORAGE_URL names. */
  readonly main: ArchiveStorage;
  byId(id: string): ArchiveStorage | undefined;
  /** The main one first. */
  all(): readonly ArchiveStorage[];
}

/** Only the one that is configured. */
export function onlyDestination(main: ArchiveStorage): Destinations {
  return { main, byId: (id) => (id === main.id ? main : undefined), all: () => [main] };
}

/** The destination of that id. Throws OperationFailure('destination-unavailable') when this server has no such one. */
export function requireDestination(destinations: Destinations, id: string): ArchiveStorage {
  const storage = destinations.byId(id);
  if (storage !== undefined) return storage;
  const has = destinations
    .all()
    .map(({ url }) => url)
    .join(', ');
  throw new OperationFailure(
    'destination-unavailable',
    `The archive lies at the destination ${id}, which this server does not have (it has ${has}).`,
  );
}
