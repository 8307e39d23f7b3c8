// What the service's own user may do on the embedded ledger: events are found and inserted, nothing else is done to them.
import type { Document } from 'mongodb';

/** The collections of the ledger's database: the events, and everything that is made from them or lies beside them. */
export interface LedgerCollections {
  readonly events: string;
  readonly others: readonly string[];
}

export interface LedgerRole {
  readonly privileges: readonly Document[];
  readonly roles: readonly string[];
}

const eventActions = ['find', 'insert', 'changeStream', 'createCollection', 'createIndex', 'listIndexes', 'collStats'];

const otherActions = [...eventActions, 'update', 'remove', 'dropCollection', 'dropIndex', 'collMod'];

/** For reading health, time and the replica set's identity; none of it changes anything. */
const clusterActions = ['serverStatus', 'replSetGetConfig', 'replSetGetStatus'];

/**
 * The role's definition for `createRole` and `updateRole`. An index on the events cannot expire them, although `createIndex`
 * is given: a TTL index removes by a date, and events hold JSON only, which has none.
 */
export function ledgerRole(databaseName: string, collections: LedgerCollections): LedgerRole {
  const on = (collection: string, actions: readonly string[]) => ({
    resource: { db: databaseName, collection },
    actions: [...actions],
  });
  return {
    privileges: [
      on(collections.events, eventActions),
      ...collections.others.map((collection) => on(collection, otherActions)),
      on('', ['listCollections', 'dbStats']),
      { resource: { cluster: true }, actions: [...clusterActions] },
    ],
    roles: [],
  };
}
