// The list of registered destinations: events -> name, URL, and the reference of the sealed credentials, which the API never
// returns.
import type { LedgerEvent } from '@holdfast/shared/events';
import type { Projection, ReadModelWrite } from '../ledger/ledger.ts';

/** A destination as it is stored. */
export interface StoredDestination {
  _id: string;
  name: string;
  url: string;
  secretRef: string | null;
  removed: boolean;
}

export const destinationsProjection: Projection = {
  name: 'destinations',
  indexes: [],
  project,
};

function project(event: LedgerEvent): ReadModelWrite[] {
  switch (event.type) {
    case 'DestinationAdded':
    case 'DestinationUpdated': {
      const { destinationId, ...facts } = event.data;
      return [{ id: destinationId, update: { $set: { ...facts, removed: false } } }];
    }
    case 'DestinationRemoved':
      return [{ id: event.data.destinationId, update: { $set: { removed: true } } }];
    default:
      return [];
  }
}
