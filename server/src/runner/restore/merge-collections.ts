// The merge: documents of a proven shadow whose `_id` is missing in the live collection are inserted there; nothing that is live is
// changed. A journal collection, under the undo name, has `{_id, fingerprint}` of each one before it goes in: so the merge can be
// taken back, and whoever finds it half done simply begins again and counts right.
import type { MergeOutcome } from '@holdfast/shared/restore';
import { type Document, type MongoClient, MongoServerError } from 'mongodb';
import type { ArchiveProgress } from '../../archive/archive-progress.ts';
import type { BsonValue } from '../../archive/bson-elements.ts';
import { idText } from '../../archive/compare-documents.ts';
import { bsonDocument, bsonElement, textValue } from '../../archive/encode-bson.ts';
import { createDocumentHasher, type DocumentHasher } from '../../archive/fingerprint.ts';
import { idKey, idOf } from '../../archive/id-key.ts';
import { idValue } from '../../archive/id-value.ts';
import { deleteIds } from '../../engine/delete-raw.ts';
import { explained, isGone } from '../../engine/driver-failure.ts';
import { insertRaw, rawBatches } from '../../engine/insert-raw.ts';

/** Names within one database. */
export interface Merge {
  readonly database: string;
  readonly live: string;
  readonly shadow: string;
  /** Of the journal. */
  readonly undo: string;
}

export interface MergeOptions {
  /** Right before each step that changes live data; stops the merge by throwing. */
  readonly before?: () => void;
  /** After each. */
  readonly after?: () => Promise<void>;
  /** Counts what was looked at, by live names. */
  readonly progress?: ArchiveProgress;
}

/** What became of the documents of one collection. */
export interface MergedCollection extends MergeOutcome {
  /** `database.collection`. */
  readonly namespace: string;
  /** The first ids that collided, at most 5, as relaxed extended JSON. */
  readonly examples: readonly string[];
}

/**
 * Merges one collection after the other; idempotent, and memory does not grow with them. The shadows stay: without one there is
 * nothing to do. What an index of the live collection refuses counts as colliding. Throws OperationFailure('connection-lost').
 */
export async function performMerges(
  client: MongoClient,
  merges: readonly Merge[],
  options: MergeOptions = {},
): Promise<MergedCollection[]> {
  const hasher = await createDocumentHasher();
  const merged: MergedCollection[] = [];
  for (const merge of merges) {
    const running = new RunningMerge(client, merge, hasher, options);
    merged.push(await explained(() => running.run()));
  }
  return merged;
}

/** All collections together. */
export function mergeOutcomeOf(merged: readonly MergeOutcome[]): MergeOutcome {
  const sum = (of: (one: MergeOutcome) => number) => merged.reduce((total, one) => total + of(one), 0);
  return {
    inserted: sum(({ inserted }) => inserted),
    identical: sum(({ identical }) => identical),
    colliding: sum(({ colliding }) => colliding),
  };
}

/** Once all is merged, and its outcome recorded; idempotent. Throws OperationFailure. */
export async function dropMerged(client: MongoClient, merges: readonly Merge[]): Promise<void> {
  for (const { database, shadow } of merges) {
    const drop = client.db(database).command({ drop: shadow, writeConcern: { w: 'majority' } });
    const orGone = drop.catch((error: unknown) => {
      if (!isGone(error)) throw error;
    });
    await explained(() => orGone);
  }
}

/** A document of the shadow. */
interface Candidate {
  readonly document: Buffer;
  readonly id: BsonValue;
  readonly key: string;
}

const wantedExamples = 5;

class RunningMerge {
  readonly #client: MongoClient;
  readonly #merge: Merge;
  readonly #hasher: DocumentHasher;
  readonly #options: MergeOptions;
  readonly #counts = { inserted: 0, identical: 0, colliding: 0 };
  readonly #examples: string[] = [];
  /** An attempt before this one may have inserted some of what is found. */
  #isResumed = false;

  constructor(client: MongoClient, merge: Merge, hasher: DocumentHasher, options: MergeOptions) {
    this.#client = client;
    this.#merge = merge;
    this.#hasher = hasher;
    this.#options = options;
  }

  async run(): Promise<MergedCollection> {
    const { database, live, shadow, undo } = this.#merge;
    const namespace = `${database}.${live}`;
    const [entry] = await this.#client.db(database).collection(undo).find({}).limit(1).toArray();
    this.#isResumed = entry !== undefined;
    const counter = this.#options.progress?.namespace(namespace);
    for await (const batch of rawBatches(this.#read(shadow, {}))) {
      await this.#mergeBatch(batch.map(candidateOf));
      for (const { length } of batch) counter?.add(length);
    }
    if (counter) counter.done = true;
    return { namespace, ...this.#counts, examples: this.#examples };
  }

  async #mergeBatch(batch: readonly Candidate[]): Promise<void> {
    const found = await this.#compare(batch);
    const identical = batch.filter(({ key }) => found.get(key) === true);
    const ours = this.#isResumed ? await this.#journaled(identical) : 0;
    this.#counts.identical += identical.length - ours;
    this.#counts.inserted += ours;
    const missing = batch.filter(({ key }) => !found.has(key));
    const refused = await this.#insert(missing);
    this.#counts.inserted += missing.length - refused.length;
    await this.#collided([...batch.filter(({ key }) => found.get(key) === false), ...refused]);
  }

  /** Of those that are live: whether they are the same, byte for byte. */
  async #compare(batch: readonly Candidate[]): Promise<Map<string, boolean>> {
    const expected = new Map(batch.map(({ key, document }) => [key, document]));
    const found = new Map<string, boolean>();
    for await (const live of this.#read(this.#merge.live, byIds(batch))) {
      const { key, document } = candidateOf(live);
      found.set(key, expected.get(key)?.equals(document) === true);
    }
    return found;
  }

  async #journaled(identical: readonly Candidate[]): Promise<number> {
    let count = 0;
    if (identical.length === 0) return count;
    for await (const _ of this.#read(this.#merge.undo, byIds(identical))) count += 1;
    return count;
  }

  /** Resolves with those that the server refused. */
  async #insert(missing: readonly Candidate[]): Promise<Candidate[]> {
    if (missing.length === 0) return [];
    const { database, live: collection, undo } = this.#merge;
    const entries = missing.map((one) => this.#entryOf(one));
    // What an attempt before this one wrote is a duplicate now, and says the same.
    await this.#send({ database, collection: undo, documents: entries });
    this.#options.before?.();
    const documents = missing.map(({ document }) => document);
    const refused = new Set(await this.#send({ database, collection, documents }));
    await this.#options.after?.();
    return missing.filter((_, index) => refused.has(index));
  }

  /** Resolves with the places of those that are refused, whatever is done. */
  async #send(write: Parameters<typeof insertRaw>[1]): Promise<number[]> {
    const errors = await insertRaw(this.#client, write);
    const passing = errors.find(({ code }) => passingCodes.includes(code));
    if (passing !== undefined) throw new MongoServerError({ code: passing.code });
    return errors.map(({ index }) => index);
  }

  /** They are not ours, whatever an attempt before this one had written down. */
  async #collided(candidates: readonly Candidate[]): Promise<void> {
    this.#counts.colliding += candidates.length;
    const { database, undo: collection } = this.#merge;
    const ids = candidates.map(({ id: { type, bytes, start, end } }) => ({
      idType: type,
      id: bytes.subarray(start, end),
    }));
    await deleteIds(this.#client, { database, collection, ids });
    const wanted = wantedExamples - this.#examples.length;
    this.#examples.push(...candidates.slice(0, wanted).map(({ document }) => idText(document, 0)));
  }

  #entryOf({ id, document }: Candidate): Buffer {
    const digest = Buffer.from(this.#hasher.digest(document)).toString('hex');
    return bsonDocument(bsonElement('_id', id), bsonElement('fingerprint', textValue(digest)));
  }

  async *#read(collection: string, filter: Document): AsyncGenerator<Buffer, void> {
    const options = { raw: true, batchSize: 1_000, readConcern: { level: 'majority' } } as const;
    const cursor = this.#client.db(this.#merge.database).collection(collection).find(filter, options);
    for await (const raw of cursor) {
      const { buffer, byteOffset, byteLength } = raw as unknown as Uint8Array;
      yield Buffer.from(buffer, byteOffset, byteLength);
    }
  }
}

/** WriteConflict, PrimarySteppedDown, InterruptedAtShutdown, Interrupted, ExceededTimeLimit, NotWritablePrimary and the like. */
const passingCodes = [91, 112, 189, 262, 10_107, 11_600, 11_601, 11_602, 13_435, 13_436];

function candidateOf(bytes: Uint8Array): Candidate {
  const document = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const id = idOf(document, 0);
  if (id === undefined) throw new Error('a document of a collection has no _id');
  return { document, id, key: Buffer.from(idKey(id)).toString('latin1') };
}

function byIds(candidates: readonly Candidate[]): Document {
  return { _id: { $in: candidates.map(({ id }) => idValue(id)) } };
}
