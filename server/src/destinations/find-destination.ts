// A destination by its id or by its name, as people type it.
import { AppError } from '@holdfast/shared/errors';
import type { DestinationId } from '@holdfast/shared/ids';
import type { Destinations, KnownDestination } from './destinations.ts';

/** Looks once more in the ledger for one that another server has added. Raises DESTINATION_NOT_FOUND. */
export async function findDestination(
  destinations: Destinations,
  idOrName: string,
): Promise<KnownDestination & { readonly id: DestinationId }> {
  const find = () => destinations.known().find(({ id, name }) => id === idOrName || name === idOrName);
  if (find() === undefined) await destinations.refresh();
  const found = find();
  if (found === undefined) throw new AppError('DESTINATION_NOT_FOUND', { id: idOrName });
  return found as KnownDestination & { readonly id: DestinationId };
}
