// What single documents are put back from and to: a collection in a backup's archive, and the live one that it was taken of.
import type { Actor } from '@holdfast/shared/actor';
import { AppError } from '@holdfast/shared/errors';
import type { MongoClient } from 'mongodb';
import type { CollectionFrame } from '../archive/archive-collections.ts';
import { endOfDocument } from '../archive/bson-elements.ts';
import type { BackupState } from '../domain/backup.ts';
import { type DeploymentState, requireDeployment } from '../domain/deployment.ts';
import { parseConnectionString } from '../engine/connection-string.ts';
import { explained } from '../engine/driver-failure.ts';
import { connectDeployment, inspectDeployment } from '../engine/inspect-deployment.ts';
import { completedBackup, requireCollection, withArchive } from '../inside/look-inside.ts';
import type { OpenedArchive } from '../inside/opened-archives.ts';
import { requireMayRead } from '../inside/require-may-read.ts';
import type { Services } from '../services.ts';
import { connectionStringOf } from './connection-string-of.ts';
import { excludedFrom } from './excluded.ts';

/** One collection of a backup, and the deployment that it came from. */
export interface PutBackSource {
  readonly backup: BackupState;
  readonly deployment: DeploymentState;
  readonly takenAt: string;
  readonly place: { readonly database: string; readonly collection: string };
  readonly namespace: string;
}

/** Raises NOT_ALLOWED, BACKUP_NOT_FOUND, DEPLOYMENT_NOT_FOUND, ARCHIVE_UNREADABLE, COLLECTION_NOT_FOUND, PUT_BACK_IMPOSSIBLE. */
export async function openPutBackSource(
  services: Services,
  {
    backupId,
    namespace,
    actor,
  }: { readonly backupId: BackupState['backupId']; readonly namespace: string; readonly actor: Actor },
): Promise<PutBackSource> {
  requireMayRead(actor, namespace);
  const backup = await completedBackup(services, backupId);
  const state = await services.ledger.state(`deployment:${backup.deploymentId}`);
  const deployment = requireDeployment(state as DeploymentState | undefined, backup.deploymentId);
  return await withArchive(services, backup, async (opened) => {
    const { database, collection, type } = requireCollection(opened, namespace).namespace;
    const excluded = excludedFrom(services.ledgerPlace, deployment.facts)(database, collection);
    if (type !== 'collection' || excluded) throw impossible(namespace, excluded ? 'excluded' : type);
    const takenAt = opened.collections.archive.manifest.startedAt;
    return { backup, deployment, takenAt, place: { database, collection }, namespace };
  });
}

/** Counts the documents that are held in memory at once, those of the backup and live ones. */
export class HeldDocuments {
  #bytes = 0;

  /** Raises PUT_BACK_TOO_LARGE when it is one too many. Any one document and the live one beside it go in. */
  add(document: Buffer): void {
    this.#bytes += document.length;
    if (this.#bytes > maxHeldBytes) throw new AppError('PUT_BACK_TOO_LARGE', { maxBytes: maxHeldBytes });
  }
}

const maxHeldBytes = 32 * 1024 * 1024;

export interface ChosenDocuments {
  /** By their numbers, in the order of these. */
  readonly documents: ReadonlyMap<number, Buffer>;
  /** Counts them already. */
  readonly held: HeldDocuments;
}

/** The documents as they lie in the archive. Raises ARCHIVE_UNREADABLE, DOCUMENT_NOT_FOUND, PUT_BACK_TOO_LARGE. */
export async function documentsAt(
  services: Services,
  { backup, namespace }: PutBackSource,
  positions: readonly number[],
): Promise<ChosenDocuments> {
  const wanted = [...new Set(positions)].sort((a, b) => a - b);
  return await withArchive(services, backup, async (opened) => {
    const documents = new Map<number, Buffer>();
    const held = new HeldDocuments();
    for (const position of wanted) {
      const document = await documentAt(opened, namespace, position);
      held.add(document);
      documents.set(position, document);
    }
    return { documents, held };
  });
}

async function documentAt(opened: OpenedArchive, namespace: string, position: number): Promise<Buffer> {
  const collection = requireCollection(opened, namespace);
  const frame: CollectionFrame | undefined = collection.frames[collection.frameOf(position)];
  if (frame === undefined) throw new AppError('DOCUMENT_NOT_FOUND', { namespace, position });
  const { bytes, starts } = await opened.reader(namespace)(frame);
  const start = starts[position - frame.firstDocument] as number;
  return Buffer.from(bytes.subarray(start, endOfDocument(bytes, start)));
}

/** Connects to the live collection. Raises PUT_BACK_IMPOSSIBLE, DEPLOYMENT_NOT_CONNECTED; throws OperationFailure. The caller closes it. */
export async function connectLive(
  services: Services,
  { deployment, place, namespace }: PutBackSource,
): Promise<MongoClient> {
  const client = await connectDeployment(parseConnectionString(await connectionStringOf(services, deployment.facts)));
  try {
    // The ledger may have moved there since the deployment was registered.
    const server = await inspectDeployment(client);
    if (excludedFrom(services.ledgerPlace, server)(place.database, place.collection))
      throw impossible(namespace, 'excluded');
    const [found] = await explained(() =>
      client.db(place.database).listCollections({ name: place.collection }, { nameOnly: true }).toArray(),
    );
    if (found === undefined) throw impossible(namespace, 'not-there');
    if (found.type !== 'collection') throw impossible(namespace, found.type === 'view' ? 'view' : 'timeseries');
    return client;
  } catch (error) {
    await client.close();
    throw error;
  }
}

function impossible(namespace: string, why: 'excluded' | 'view' | 'timeseries' | 'not-there' | 'collection'): AppError {
  return new AppError('PUT_BACK_IMPOSSIBLE', { namespace, why: why === 'collection' ? 'excluded' : why });
}
