// Single documents of a backup, put back into the live collection that they came from. Nothing is written but over what was shown.
import { createHash } from 'node:crypto';
import type { Actor } from '@holdfast/shared/actor';
import { AppError } from '@holdfast/shared/errors';
import type {
  PutBackChange,
  PutBackOutcome,
  PutBackPlan,
  planPutBackInput,
  putBackInput,
} from '@holdfast/shared/put-back';
import type { MongoClient } from 'mongodb';
import type { z } from 'zod';
import type { CollectionFrame } from '../archive/archive-collections.ts';
import { endOfDocument } from '../archive/bson-elements.ts';
import { extendedJson, extendedJsonValue } from '../archive/extended-json.ts';
import { idOf } from '../archive/id-key.ts';
import type { BackupState } from '../domain/backup.ts';
import { type DeploymentState, requireDeployment, requireIdle } from '../domain/deployment.ts';
import { parseConnectionString } from '../engine/connection-string.ts';
import { explained } from '../engine/driver-failure.ts';
import { connectDeployment, inspectDeployment } from '../engine/inspect-deployment.ts';
import { readById, type WriteOutcome, writeIfUnchanged } from '../engine/write-if-unchanged.ts';
import { completedBackup, requireCollection, withArchive } from '../inside/look-inside.ts';
import type { OpenedArchive } from '../inside/opened-archives.ts';
import { requireMayRead } from '../inside/require-may-read.ts';
import type { Services } from '../services.ts';
import { connectionStringOf } from './connection-string-of.ts';
import { excludedFrom } from './excluded.ts';
import { execute } from './execute.ts';

/**
 * Shows documents of a backup beside the live ones; changes nothing. Raises BACKUP_NOT_FOUND, BACKUP_NOT_RESTORABLE,
 * ARCHIVE_UNREADABLE, COLLECTION_NOT_FOUND, DOCUMENT_NOT_FOUND, PUT_BACK_IMPOSSIBLE, DEPLOYMENT_NOT_FOUND,
 * DEPLOYMENT_UNREACHABLE, NOT_ALLOWED.
 */
export async function planPutBack(
  services: Services,
  { backupId, namespace, positions }: z.output<typeof planPutBackInput>,
  actor: Actor,
): Promise<PutBackPlan> {
  const source = await openSource(services, { backupId, namespace, actor });
  const documents = await documentsAt(services, source, positions);
  await using client = await connectLive(services, source);
  const changes: PutBackChange[] = [];
  for (const [position, document] of documents) {
    const live = await explained(() => readById(client, { ...source.place, document }));
    changes.push(changeOf(position, document, live));
  }
  const { name: deploymentName, hosts } = source.deployment.facts;
  return { deploymentName, hosts: [...hosts], namespace, backupCreatedAt: source.takenAt, changes };
}

/**
 * Writes them, each only where the live document is still the one that was shown. Raises what `planPutBack` raises, and
 * OPERATION_IN_PROGRESS. Recorded as DocumentsPutBack.
 */
export async function putBack(
  services: Services,
  { backupId, namespace, documents: wanted }: z.output<typeof putBackInput>,
  actor: Actor,
): Promise<PutBackOutcome[]> {
  const source = await openSource(services, { backupId, namespace, actor });
  requireIdle(source.deployment);
  const documents = await documentsAt(
    services,
    source,
    wanted.map(({ position }) => position),
  );
  await using client = await connectLive(services, source);
  const outcomes: PutBackOutcome[] = [];
  for (const { position, liveDigest } of wanted) {
    const document = documents.get(position) as Buffer;
    outcomes.push(await explained(() => writeOne(client, { ...source.place, document }, { position, liveDigest })));
  }
  await record(services, source, { namespace, outcomes, actor });
  return outcomes;
}

interface Source {
  readonly backup: BackupState;
  readonly deployment: DeploymentState;
  readonly takenAt: string;
  readonly place: { readonly database: string; readonly collection: string };
  readonly namespace: string;
}

async function openSource(
  services: Services,
  {
    backupId,
    namespace,
    actor,
  }: { readonly backupId: BackupState['backupId']; readonly namespace: string; readonly actor: Actor },
): Promise<Source> {
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

/** The documents as they lie in the archive, in the order of their numbers. */
async function documentsAt(
  services: Services,
  { backup, namespace }: Source,
  positions: readonly number[],
): Promise<Map<number, Buffer>> {
  const wanted = [...new Set(positions)].sort((a, b) => a - b);
  return await withArchive(services, backup, async (opened) => {
    const found = new Map<number, Buffer>();
    for (const position of wanted) found.set(position, await documentAt(opened, namespace, position));
    return found;
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

async function connectLive(services: Services, { deployment, place, namespace }: Source): Promise<MongoClient> {
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

function changeOf(position: number, document: Buffer, live: Buffer | null): PutBackChange {
  const id = idOf(document, 0);
  return {
    position,
    id: id === undefined ? '' : extendedJsonValue(id, 'relaxed'),
    action: live === null ? 'insert' : live.equals(document) ? 'same' : 'replace',
    inBackup: extendedJson(document, 0, 'canonical'),
    live: live === null ? null : extendedJson(live, 0, 'canonical'),
    liveDigest: digestOf(live),
  };
}

interface Placed {
  readonly database: string;
  readonly collection: string;
  readonly document: Buffer;
}

async function writeOne(
  client: MongoClient,
  placed: Placed,
  { position, liveDigest }: { readonly position: number; readonly liveDigest: string | null },
): Promise<PutBackOutcome> {
  const seen = await readById(client, placed);
  if (digestOf(seen) !== liveDigest) return { position, outcome: 'changed', replaced: null };
  if (seen?.equals(placed.document)) return { position, outcome: 'same', replaced: null };
  const { outcome }: WriteOutcome = await writeIfUnchanged(client, { ...placed, seen });
  if (outcome !== 'written') return { position, outcome, replaced: null };
  return seen === null
    ? { position, outcome: 'inserted', replaced: null }
    : { position, outcome: 'replaced', replaced: extendedJson(seen, 0, 'canonical') };
}

async function record(
  services: Services,
  { backup: { backupId, deploymentId } }: Source,
  {
    namespace,
    outcomes,
    actor,
  }: { readonly namespace: string; readonly outcomes: readonly PutBackOutcome[]; readonly actor: Actor },
): Promise<void> {
  const count = (wanted: PutBackOutcome['outcome']) => outcomes.filter(({ outcome }) => outcome === wanted).length;
  const data = { backupId, deploymentId, namespace, inserted: count('inserted'), replaced: count('replaced') };
  if (data.inserted + data.replaced === 0) return;
  await execute(services.ledger, {
    actor,
    reads: [],
    decide: () => [{ stream: `backup:${backupId}`, type: 'DocumentsPutBack', data }],
  });
}

function digestOf(document: Buffer | null): string | null {
  return document === null ? null : createHash('sha256').update(document).digest('hex');
}

function impossible(namespace: string, why: 'excluded' | 'view' | 'timeseries' | 'not-there' | 'collection'): AppError {
  return new AppError('PUT_BACK_IMPOSSIBLE', { namespace, why: why === 'collection' ? 'excluded' : why });
}
