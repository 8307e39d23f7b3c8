// How many writes taking a restore back would lose: counted out of the oplog, or else by comparing what is live with what was
// restored. Both within bounds, as somebody waits for the answer.
import { OperationFailure } from '@holdfast/shared/failures';
import type { UndoPlan } from '@holdfast/shared/restore-plan';
import type { MongoClient } from 'mongodb';
import { compareDocuments } from '../archive/compare-documents.ts';
import { type OpenArchive, openArchive } from '../archive/open-archive.ts';
import { readableCopy } from '../destinations/readable-copy.ts';
import type { BackupState } from '../domain/backup.ts';
import type { RestoreState } from '../domain/restore.ts';
import { hoursKept } from '../domain/undo.ts';
import { type CountedSwap, countWrites } from '../engine/count-writes.ts';
import type { Services } from '../services.ts';

export interface WritesSince {
  readonly countedBy: UndoPlan['countedBy'];
  /** By `database.collection`; what is not in it could not be told. */
  readonly byNamespace: ReadonlyMap<string, number>;
}

const oplogLimitMs = 20_000;
const comparisonLimitMs = 20_000;

/** Throws OperationFailure('connection-lost'). */
export async function writesSince(
  services: Services,
  client: MongoClient,
  restore: RestoreState,
): Promise<WritesSince> {
  const swaps = restore.swaps.filter((swap): swap is CountedSwap => swap.undo !== undefined);
  const counted = await countWrites(client, swaps, { around: swappedAt(restore), limitMs: oplogLimitMs });
  if (counted !== null) return { countedBy: 'oplog', byNamespace: counted };
  return { countedBy: 'documents', byNamespace: await differingDocuments(services, client, restore) };
}

function swappedAt({ undoUntil, options, requestedAt }: RestoreState): string {
  if (undoUntil === null) return requestedAt;
  return new Date(Date.parse(undoUntil) - hoursKept(options) * 3_600_000).toISOString();
}

/** Of an undo there is no archive to compare with; and of what does not come in time nothing is said. */
async function differingDocuments(
  services: Services,
  client: MongoClient,
  restore: RestoreState,
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  if (restore.undoOf !== null) return found;
  const signal = AbortSignal.timeout(comparisonLimitMs);
  try {
    const archive = await archiveOf(services, restore);
    for (const { database, live, shadow } of restore.swaps) {
      if (shadow === null) continue;
      const namespace = `${database}.${live}`;
      found.set(namespace, await differing(client, { archive, namespace, database, live, signal }));
    }
  } catch (error) {
    if (!signal.aborted && !(error instanceof OperationFailure)) throw error;
    services.logger.info({ restoreId: restore.restoreId, err: error }, 'the writes since a restore cannot be told');
  }
  return found;
}

async function archiveOf(services: Services, { backupId }: RestoreState): Promise<OpenArchive> {
  const backup = (await services.ledger.state(`backup:${backupId}`)) as BackupState;
  const { source } = await readableCopy(services, backup);
  return await openArchive(source, { identities: await services.keys.identities() });
}

interface ComparedCollection {
  readonly archive: OpenArchive;
  readonly namespace: string;
  readonly database: string;
  readonly live: string;
  readonly signal: AbortSignal;
}

async function differing(
  client: MongoClient,
  { archive, namespace, database, live, signal }: ComparedCollection,
): Promise<number> {
  const read = () => client.db(database).collection(live).find({}, { raw: true, batchSize: 1_000 });
  const documents = () => read() as unknown as AsyncIterable<Uint8Array>;
  const { onlyLive, onlyInBackup, changed } = await compareDocuments({ archive, namespace, live: documents, signal });
  return onlyLive + onlyInBackup + changed;
}
