// What there is now where a restore is to be taken back: the live namespaces that it changed, and what it keeps. Changes nothing.
import { createHash } from 'node:crypto';
import { EJSON } from 'bson';
import type { CollectionInfo, MongoClient } from 'mongodb';
import type { BackupState } from '../domain/backup.ts';
import type { RestoreState } from '../domain/restore.ts';
import { changedNamespaces, type Exists, type LiveAt } from '../domain/undo-journal.ts';
import { explained } from '../engine/driver-failure.ts';
import { asBytes, exactDocument } from '../engine/exact-bson.ts';
import type { Services } from '../services.ts';

export interface UndoScope {
  readonly exists: Exists;
  readonly liveAt: LiveAt;
  /** Another one once a namespace concerned was made, dropped, altered or made anew. Not of documents and indexes. */
  readonly digest: string;
  /** Of what no rename brings back; null where there is none, or it is not kept any more. */
  readonly safety: BackupState | null;
  /** `database.collection` of what cannot be brought back, and so is left as it is. */
  readonly lost: readonly string[];
}

/** Asks once for each database. Throws OperationFailure. */
export async function lookAtUndo(
  services: Pick<Services, 'ledger'>,
  client: MongoClient,
  restore: RestoreState,
): Promise<UndoScope> {
  const found = new Map<string, CollectionInfo>();
  for (const database of databasesOf(restore)) {
    const listed: unknown[] = await explained(() => client.db(database).listCollections({}, asBytes).toArray());
    for (const one of listed.map(exactDocument) as CollectionInfo[]) found.set(`${database}.${one.name}`, one);
  }
  const concerned = [...changedNamespaces(restore), ...keptNames(restore)].sort();
  const facts = concerned.map((name) => [name, factsOf(found.get(name)), uuidOf(found, name)]);
  const safety = await safetyOf(services, restore);
  return {
    exists: (database, collection) => found.has(`${database}.${collection}`),
    liveAt: (database, collection) => {
      const one = found.get(`${database}.${collection}`);
      const type = (one?.type ?? 'collection') as 'collection' | 'view' | 'timeseries';
      return one && { type, uuid: uuidOf(found, `${database}.${collection}`) };
    },
    digest: createHash('sha256')
      .update(EJSON.stringify(facts, { relaxed: false }))
      .digest('hex'),
    safety,
    lost: safety === null ? neededOf(restore) : [],
  };
}

/** The databases that a restore changed. */
export function databasesOf(restore: RestoreState): string[] {
  const all = [...restore.swaps, ...restore.rewrites, ...restore.merges, ...restore.unmerges];
  return [...new Set(all.map(({ database }) => database))];
}

/** What was there before and was not moved away. */
function neededOf({ rewrites }: RestoreState): string[] {
  return rewrites.filter(({ was }) => was !== 'none').map(({ database, live }) => `${database}.${live}`);
}

async function safetyOf({ ledger }: Pick<Services, 'ledger'>, { safetyBackupId }: RestoreState) {
  if (safetyBackupId === null) return null;
  const backup = (await ledger.state(`backup:${safetyBackupId}`)) as BackupState | undefined;
  return backup?.status === 'completed' ? backup : null;
}

function keptNames({ swaps, merges, unmerges }: RestoreState): string[] {
  return [...swaps, ...merges, ...unmerges].flatMap(({ database, undo }) => (undo ? [`${database}.${undo}`] : []));
}

function factsOf(found: CollectionInfo | undefined) {
  return found === undefined ? null : [found.type, found.options];
}

/** Hex; of a time-series that of its buckets. */
function uuidOf(found: ReadonlyMap<string, CollectionInfo>, name: string): string | null {
  const at = name.indexOf('.');
  const buckets = found.get(`${name.slice(0, at)}.system.buckets.${name.slice(at + 1)}`);
  return (buckets ?? found.get(name))?.info?.uuid?.toString('hex') ?? null;
}
