// How many collections a swap may move in one command. Pure; the plan says what the runner does.

/** For each of its two renames the server copies what it knows of every collection: so many, twice, take a busy machine some 6 s. */
const longest = 1_000_000;

/**
 * So many at most, where the databases concerned hold so many collections, shadows included. Meanwhile everybody waits, for
 * some seconds at most: 700 collections and as many shadows are still one command.
 */
export function swapsAtOnce(collections: number): number {
  return Math.max(20, Math.floor(longest / Math.max(1, collections)));
}
