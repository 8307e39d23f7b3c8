// Names of every collection in the ledger's database. The embedded mongod's role is made from the same list.

export const eventsCollection = 'ledger_events';
export const headCollection = 'head';

/** Read models and states exist in two slots: a rebuild fills the other one, then the head's generation flips. */
export const slottedCollections = [
  'stream_state',
  'deployments',
  'policies',
  'backups',
  'restores',
  'operations',
  'destinations',
] as const;
export type SlottedCollection = (typeof slottedCollections)[number];

/** Beside the ledger: what is not an event. */
export const plainCollections = [
  'running',
  'imports',
  'archive_leases',
  'verifications',
  'restore_tests',
  'reconciliations',
  'copies',
  'secrets',
  'plans',
  'undo_plans',
  'sessions',
  'login_codes',
  'servers',
] as const;
export type PlainCollection = (typeof plainCollections)[number];

/** The collection of a generation: even ones in slot a, odd ones in slot b. */
export function slotName(name: SlottedCollection, generation: number): string {
  return `${name}_${generation % 2 === 0 ? 'a' : 'b'}`;
}

/** Every collection that the service's own user may write freely: all but the events. */
export const mutableCollections: readonly string[] = [
  headCollection,
  ...plainCollections,
  ...slottedCollections.flatMap((name) => [slotName(name, 0), slotName(name, 1)]),
];
