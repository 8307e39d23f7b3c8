// The ledger's collections with what every access needs: majority reads from the primary, majority and journaled writes.
import {
  type Collection,
  type Db,
  type MongoClient,
  ReadConcern,
  type TransactionOptions,
  WriteConcern,
} from 'mongodb';
import { eventsCollection, headCollection, type SlottedCollection, slotName } from './collections.ts';
import type { StoredEvent } from './stored-event.ts';

/** The one document that every append updates, which puts the appends of all servers in order. */
export interface HeadDocument {
  readonly _id: 'head';
  readonly position: number;
  readonly hash: string;
  readonly at: string | null;
  /** Which slot the read models and states are in; counted up by each rebuild. */
  readonly generation: number;
  /** Counted up by each transaction that takes the head. */
  readonly turn: number;
  /** The database's time when the head was last taken. */
  readonly now: Date;
}

/** A rebuild that is under way or was interrupted: who fills the next generation, and how far it is. */
export interface RebuildDocument {
  readonly _id: 'rebuild';
  /** Fences: each step names the token that it was claimed with. */
  readonly token: string | null;
  readonly leaseUntil: Date;
  /** The last event that the next generation holds; null until its collections are empty and indexed. */
  readonly position: number | null;
}

/** What deciders decide on; the version is that of the last event in the stream itself. */
export interface StateDocument {
  readonly _id: string;
  readonly version: number;
  readonly state?: unknown;
}

export interface LedgerDatabase {
  readonly client: MongoClient;
  readonly db: Db;
  readonly events: Collection<StoredEvent>;
  readonly head: Collection<HeadDocument>;
  readonly rebuild: Collection<RebuildDocument>;
  slot<T extends { _id: string } = { _id: string }>(name: SlottedCollection, generation: number): Collection<T>;
  states(generation: number): Collection<StateDocument>;
}

/** What a transaction reads is one moment's, and what it commits is on the disks of a majority. */
export const transactionOptions: TransactionOptions = {
  readConcern: new ReadConcern('snapshot'),
  writeConcern: new WriteConcern('majority', undefined, true),
  readPreference: 'primary',
};

export function ledgerDatabase(client: MongoClient, name: string): LedgerDatabase {
  const db = client.db(name, {
    readConcern: new ReadConcern('majority'),
    writeConcern: { w: 'majority', journal: true },
    readPreference: 'primary',
    ignoreUndefined: true,
  });
  return {
    client,
    db,
    events: db.collection<StoredEvent>(eventsCollection),
    head: db.collection<HeadDocument>(headCollection),
    rebuild: db.collection<RebuildDocument>(headCollection),
    slot: (slotted, generation) => db.collection(slotName(slotted, generation)),
    states: (generation) => db.collection<StateDocument>(slotName('stream_state', generation)),
  };
}
