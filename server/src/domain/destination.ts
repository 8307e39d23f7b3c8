// Further destinations beside the one that each server is configured with. Pure.
//
// (none) --Add--> registered --Update--> registered --Remove--> removed --Add--> registered
//
// The id is the one in the destination's marker: it is the same place whatever its name, its URL or its credentials.
import { AppError } from '@holdfast/shared/errors';
import type { EventData, LedgerEvent, NewEvent } from '@holdfast/shared/events';
import type { DestinationId } from '@holdfast/shared/ids';
import type { RegistryState } from './deployment.ts';

/** How the destination is called that HOLDFAST_STORAGE_URL names. */
export const mainDestinationName = 'main';

export type DestinationFacts = Omit<EventData<'DestinationAdded'>, 'destinationId'>;

/** What deciders know of a registered destination. */
export interface DestinationState {
  readonly destinationId: DestinationId;
  readonly removed: boolean;
  readonly facts: DestinationFacts;
}

interface Change {
  readonly destinationId: DestinationId;
  readonly facts: DestinationFacts;
}

/** Registers a destination. Raises DESTINATION_EXISTS for a name or a place that is known already. */
export function addDestination(
  registry: RegistryState | undefined,
  command: Change & { readonly mainId: DestinationId },
): NewEvent[] {
  const { destinationId, facts, mainId } = command;
  const existing = destinationId === mainId ? mainDestinationName : nameOf(registry, destinationId);
  if (existing !== undefined) throw new AppError('DESTINATION_EXISTS', { name: facts.url, existing });
  refuseName(registry, command);
  return [{ stream: `destination:${destinationId}`, type: 'DestinationAdded', data: { destinationId, ...facts } }];
}

/** Changes name, URL or credentials. Raises DESTINATION_NOT_FOUND, DESTINATION_EXISTS. */
export function updateDestination(
  registry: RegistryState | undefined,
  state: DestinationState | undefined,
  command: Change,
): NewEvent[] {
  const { destinationId, facts } = command;
  const current = requireRegistered(state, destinationId);
  refuseName(registry, command);
  if (JSON.stringify(current.facts) === JSON.stringify(facts)) return [];
  return [{ stream: `destination:${destinationId}`, type: 'DestinationUpdated', data: { destinationId, ...facts } }];
}

/**
 * Lets go of a destination; what lies there stays there, and is no backup's copy any more. Raises DESTINATION_NOT_FOUND,
 * DESTINATION_IN_USE while a policy writes there or `onlyCopies` backups have no other copy.
 */
export function removeDestination(
  registry: RegistryState | undefined,
  state: DestinationState | undefined,
  command: { readonly destinationId: DestinationId; readonly onlyCopies: number },
): NewEvent[] {
  const { destinationId, onlyCopies } = command;
  const { name } = requireRegistered(state, destinationId).facts;
  const users = (registry?.destinationUse ?? []).filter(({ destinationIds }) => destinationIds.includes(destinationId));
  const deployments = users.map(({ deploymentId }) => deploymentNameOf(registry, deploymentId));
  if (users.length + onlyCopies > 0) throw new AppError('DESTINATION_IN_USE', { name, deployments, onlyCopies });
  return [{ stream: `destination:${destinationId}`, type: 'DestinationRemoved', data: { destinationId, name } }];
}

/** The destination, or DESTINATION_NOT_FOUND. */
export function requireRegistered(state: DestinationState | undefined, id: string): DestinationState {
  if (state === undefined || state.removed) throw new AppError('DESTINATION_NOT_FOUND', { id });
  return state;
}

/** Raises DESTINATION_NOT_FOUND for the first that is neither the main one nor registered. */
export function requireDestinations(
  registry: RegistryState | undefined,
  ids: readonly DestinationId[],
  mainId: DestinationId,
): void {
  const unknown = ids.find((id) => id !== mainId && nameOf(registry, id) === undefined);
  if (unknown !== undefined) throw new AppError('DESTINATION_NOT_FOUND', { id: unknown });
}

export function evolveDestination(
  state: DestinationState | undefined,
  event: LedgerEvent,
): DestinationState | undefined {
  switch (event.type) {
    case 'DestinationAdded':
    case 'DestinationUpdated': {
      const { destinationId, ...facts } = event.data;
      return { destinationId, removed: false, facts };
    }
    case 'DestinationRemoved':
      return state && { ...state, removed: true };
    default:
      return state;
  }
}

function refuseName(registry: RegistryState | undefined, { destinationId, facts }: Change): void {
  const { name } = facts;
  const taken = (registry?.destinations ?? []).some((other) => other.id !== destinationId && other.name === name);
  if (taken || name === mainDestinationName) throw new AppError('DESTINATION_EXISTS', { name, existing: name });
}

function nameOf(registry: RegistryState | undefined, destinationId: DestinationId): string | undefined {
  return registry?.destinations?.find(({ id }) => id === destinationId)?.name;
}

function deploymentNameOf(registry: RegistryState | undefined, deploymentId: string): string {
  return registry?.deployments.find(({ id }) => id === deploymentId)?.name ?? deploymentId;
}
