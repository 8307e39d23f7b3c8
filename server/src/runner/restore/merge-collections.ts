// The merge: what a live collection lacks by `_id` is inserted from the proven shadow; nothing that is live is changed. Its journal, under
// the undo name, names each document before it goes in and, once the server has refused it, says that it was left out; nothing is ever
// removed from it. Whoever finds a merge half done begins again: what is live, alike, named and not left out went in before; what was left
// out stays out. Not told apart: a document that somebody else inserts, byte for byte the same, between a refusal and a crash before it is noted.
import type { MergeOutcome } from '@holdfast/shared/restore';
import { type Document, type MongoClient, MongoServerError } from 'mongodb';
import type { ArchiveProgress } from '../../archive/archive-progress.ts';
import type { BsonValue } from '../../archive/bson-elements.ts';
import { idText } from '../../archive/compare-documents.ts';
import { exactValue } from '../../archive/exact-value.ts';
import { createDocumentHasher, type DocumentHasher } from '../../archive/fingerprint.ts';
import { idKey, idOf } from '../../archive/id-key.ts';
import { explained, isGone } from '../../engine/driver-failure.ts';
import { insertRaw, rawBatches } from '../../engine/insert-raw.ts';
import { candidateEntry, findLeftOut, leftOutEntry } from './merge-journal.ts';
import { mayPass, takenBy } from './not-taken.ts';

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
 * nothing to do. What an index of the live collection refuses counts as colliding. Throws OperationFailure: `connection-lost`;
 * `restore-incomplete` that names one of which the server takes no more.
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
    merged.push(await takenBy(`${merge.database}.${merge.live}`, () => running.run()));
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
    const leftOut = await this.#leftOutBefore(batch);
    const {
      identical = [],
      colliding = [],
      missing = [],
    } = Object.groupBy(batch, ({ key }) => {
      if (found.get(key) === true) return 'identical';
      return found.has(key) || leftOut.has(key) ? 'colliding' : 'missing';
    });
    const ours = await this.#journaled(identical.filter(({ key }) => !leftOut.has(key)));
    const refused = await this.#insert(missing);
    // What collides at the first attempt was never named in the journal.
    await this.#leaveOut(this.#isResumed ? [...colliding, ...refused] : refused);
    this.#counts.identical += identical.length - ours;
    this.#counts.inserted += ours + missing.length - refused.length;
    this.#countColliding([...colliding, ...refused]);
  }

  /** Keys of those that an attempt before this one left out. */
  async #leftOutBefore(batch: readonly Candidate[]): Promise<Set<string>> {
    if (!this.#isResumed) return new Set();
    const { database, undo: journal } = this.#merge;
    const ids = batch.map(({ id }) => id);
    const places = await findLeftOut(this.#client, { database, journal }, ids);
    return new Set(batch.filter((_, index) => places.has(index)).map(({ key }) => key));
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

  /** How many of those that are live an attempt before this one named in the journal. */
  async #journaled(identical: readonly Candidate[]): Promise<number> {
    let count = 0;
    if (!this.#isResumed || identical.length === 0) return count;
    for await (const _ of this.#read(this.#merge.undo, byIds(identical))) count += 1;
    return count;
  }

  /** Resolves with those that the server refused. */
  async #insert(missing: readonly Candidate[]): Promise<Candidate[]> {
    if (missing.length === 0) return [];
    const { database, live: collection } = this.#merge;
    const entries = missing.map(({ id, document }) => candidateEntry(id, this.#hasher.digest(document)));
    await this.#note(entries);
    this.#options.before?.();
    const documents = missing.map(({ document }) => document);
    const errors = await insertRaw(this.#client, { database, collection, documents });
    const passing = errors.find(mayPass);
    if (passing !== undefined) throw new MongoServerError({ code: passing.code });
    const refused = new Set(errors.map(({ index }) => index));
    await this.#options.after?.();
    return missing.filter((_, index) => refused.has(index));
  }

  /** They are not the merge's, although the journal names them. */
  async #leaveOut(candidates: readonly Candidate[]): Promise<void> {
    if (candidates.length > 0) await this.#note(candidates.map(({ id }) => leftOutEntry(id)));
  }

  /** In the journal. What an attempt before this one wrote is a duplicate now, and says the same. */
  async #note(documents: readonly Uint8Array[]): Promise<void> {
    const { database, undo: collection } = this.#merge;
    const errors = await insertRaw(this.#client, { database, collection, documents });
    const other = errors.find(({ code }) => code !== duplicateKey);
    if (other !== undefined) throw new MongoServerError({ code: other.code });
  }

  #countColliding(candidates: readonly Candidate[]): void {
    this.#counts.colliding += candidates.length;
    const wanted = wantedExamples - this.#examples.length;
    this.#examples.push(...candidates.slice(0, wanted).map(({ document }) => idText(document, 0)));
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

const duplicateKey = 11_000;

function candidateOf(bytes: Uint8Array): Candidate {
  const document = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const id = idOf(document, 0);
  if (id === undefined) throw new Error('a document of a collection has no _id');
  return { document, id, key: Buffer.from(idKey(id)).toString('latin1') };
}

function byIds(candidates: readonly Candidate[]): Document {
  return { _id: { $in: candidates.map(({ id }) => exactValue(id)) } };
}
