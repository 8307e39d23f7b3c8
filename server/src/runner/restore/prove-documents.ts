// Every document of a restored collection, read back and compared with the manifest: their number and the fingerprint of their
// bytes. Where those differ, what the server changed by itself is given back, and what differs still is named.

import type { ManifestNamespace } from '@holdfast/shared/manifest';
import type { DocumentDifference } from '@holdfast/shared/restore-plan';
import type { MongoClient } from 'mongodb';
import { blockCollection } from '../../archive/archive-prelude.ts';
import { elementsOf } from '../../archive/bson-elements.ts';
import { compareDocuments } from '../../archive/compare-documents.ts';
import { FingerprintSum } from '../../archive/fingerprint.ts';
import { countDocuments } from '../../archive/frame-pool.ts';
import { inOrder } from '../../archive/in-order.ts';
import type { OpenArchive } from '../../archive/open-archive.ts';
import type { PlacedNamespace } from '../../domain/restore-scope.ts';
import { readRaw } from '../../engine/read-raw.ts';
import { differs } from './proof-failure.ts';
import type { ProofOptions } from './prove-namespaces.ts';
import { repairTimestamps } from './repair-timestamps.ts';

/**
 * Throws OperationFailure: `restore-incomplete` that names the documents by their `_id`, the first 20 of each kind; what reading
 * the archive throws. Throws what the driver throws, and the signal's reason.
 */
export async function proveDocuments(
  client: MongoClient,
  staged: PlacedNamespace,
  options: ProofOptions,
): Promise<void> {
  const { namespace } = staged;
  if (namespace.type === 'view') return;
  let found = await readBack(client, staged, options);
  if (isEqual(found, namespace)) return;
  const { archive, signal } = options;
  const mayBeGone = options.ttl === undefined && !options.nothingExpires && mayExpire(namespace);
  if (mayBeGone && found.documents < namespace.documents) return;
  if (archive === undefined) throw differs(namespace, countWords(found, namespace));
  if ((await repairTimestamps(client, staged, { archive, signal })) > 0) {
    options.progress?.namespace(nameOf(namespace)).add(-found.bytes, -found.documents);
    found = await readBack(client, staged, options);
    if (isEqual(found, namespace)) return;
  }
  throw differs(namespace, await differenceWords(client, staged, { archive, signal }));
}

interface ReadBack {
  readonly documents: number;
  readonly bytes: number;
  readonly fingerprint: string;
}

/** Pieces that are hashed at once, on threads: while one is, the server answers the next. */
const piecesAtOnce = 2;

async function readBack(client: MongoClient, staged: PlacedNamespace, options: ProofOptions): Promise<ReadBack> {
  const counter = options.progress?.namespace(nameOf(staged.namespace));
  const sum = new FingerprintSum();
  const total = { documents: 0, bytes: 0 };
  for await (const counted of inOrder(piecesOf(client, staged, options.signal), piecesAtOnce, countDocuments)) {
    sum.addWords(counted.fingerprint);
    total.documents += counted.documents;
    total.bytes += counted.bytes;
    counter?.add(counted.bytes, counted.documents);
  }
  if (counter) counter.done = true;
  return { ...total, fingerprint: sum.hex() };
}

/** What the server is asked for at once. */
const pieceBytes = 4 * 1024 * 1024;
const pieceDocuments = 100_000;

function piecesOf(client: MongoClient, staged: PlacedNamespace, signal: AbortSignal): AsyncGenerator<Buffer> {
  const { namespace, database, collection } = staged;
  const average = namespace.bytes / Math.max(1, namespace.documents);
  const fitting = Math.floor(pieceBytes / Math.max(1, average));
  return readRaw(client, {
    database,
    collection: blockCollection({ type: namespace.type, collection }),
    batchDocuments: Math.min(pieceDocuments, Math.max(1, fitting)),
    signal,
  });
}

function isEqual(found: ReadBack, { documents, fingerprint }: ManifestNamespace): boolean {
  return found.documents === documents && found.fingerprint === fingerprint;
}

/** Documents that expired since the backup vanish by themselves as soon as the index exists. */
function mayExpire({ indexes, options }: ManifestNamespace): boolean {
  return 'expireAfterSeconds' in options || indexes.some((index) => 'expireAfterSeconds' in index);
}

function countWords(found: ReadBack, { documents }: ManifestNamespace): string {
  if (found.documents !== documents) return `${found.documents} documents instead of ${documents}`;
  return 'the documents are not the ones of the backup';
}

const named = 20;

async function differenceWords(
  client: MongoClient,
  staged: PlacedNamespace,
  { archive, signal }: { readonly archive: OpenArchive; readonly signal: AbortSignal },
): Promise<string> {
  const difference = await compareDocuments({
    archive,
    namespace: nameOf(staged.namespace),
    live: () => documentsOf(piecesOf(client, staged, signal)),
    signal,
    examples: named,
  });
  const kinds = ['onlyInBackup', 'changed', 'onlyLive'] as const;
  const words = kinds.filter((kind) => difference[kind] > 0).map((kind) => kindWords(difference, kind));
  // What was written or removed meanwhile: nobody but the restore knows these names.
  return words.length > 0 ? words.join('; ') : 'the documents changed while they were compared';
}

async function* documentsOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const array of pieces) {
    for (const { start, end } of elementsOf(array, 0)) yield array.subarray(start, end);
  }
}

const kindNames = { onlyInBackup: 'missing', changed: 'different', onlyLive: 'not in the backup' } as const;
const longestId = 100;

function kindWords(difference: DocumentDifference, kind: keyof typeof kindNames): string {
  const count = difference[kind];
  const ids = difference.examples[kind].map((id) => (id.length > longestId ? `${id.slice(0, longestId)}…` : id));
  const first = ids.length < count ? `the first ${ids.length} by _id` : 'by _id';
  return `${count} ${count === 1 ? 'document is' : 'documents are'} ${kindNames[kind]}, ${first}: ${ids.join(', ')}`;
}

function nameOf({ database, collection }: ManifestNamespace): string {
  return `${database}.${collection}`;
}
