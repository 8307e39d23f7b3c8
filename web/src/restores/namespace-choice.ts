// Which databases and collections of a backup are to be restored. Pure.

/** A database that is not in it is not chosen. A whole database stays whole, whatever the backup holds of it. */
export type NamespaceChoice = ReadonlyMap<string, 'all' | ReadonlySet<string>>;

/** The names of collections by database. */
export type Inventory = ReadonlyMap<string, readonly string[]>;

export type Tick = 'all' | 'some' | 'none';

/** Lists collections by database, both in the order that they come in. */
export function inventoryOf(collections: readonly { database: string; collection: string }[]): Inventory {
  const inventory = new Map<string, string[]>();
  for (const { database, collection } of collections) {
    const names = inventory.get(database);
    if (names) names.push(collection);
    else inventory.set(database, [collection]);
  }
  return inventory;
}

export function tickOf(choice: NamespaceChoice, database: string): Tick {
  const chosen = choice.get(database);
  if (chosen === undefined) return 'none';
  return chosen === 'all' ? 'all' : 'some';
}

export function isChosen(choice: NamespaceChoice, database: string, collection: string): boolean {
  const chosen = choice.get(database);
  return chosen === 'all' || (chosen?.has(collection) ?? false);
}

/** Takes a whole database in, or out. */
export function chooseDatabase(choice: NamespaceChoice, database: string, chosen: boolean): NamespaceChoice {
  const next = new Map(choice);
  if (chosen) next.set(database, 'all');
  else next.delete(database);
  return next;
}

/** Takes one collection in, or out. All collections of a database are the whole database; none is no database. */
export function chooseCollection(
  choice: NamespaceChoice,
  inventory: Inventory,
  { database, collection }: { database: string; collection: string },
  chosen: boolean,
): NamespaceChoice {
  const every = inventory.get(database) ?? [];
  const before = choice.get(database);
  const names = new Set(before === 'all' ? every : before);
  if (chosen) names.add(collection);
  else names.delete(collection);
  if (names.size === 0) return chooseDatabase(choice, database, false);
  if (names.size >= every.length) return chooseDatabase(choice, database, true);
  return new Map(choice).set(database, names);
}

/** As `restores.plan` takes them: `database`, or `database.collection`. */
export function namespacesOf(choice: NamespaceChoice): string[] {
  return [...choice].flatMap(([database, chosen]) =>
    chosen === 'all' ? [database] : [...chosen].map((collection) => `${database}.${collection}`),
  );
}
