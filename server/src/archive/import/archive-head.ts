// The beginning of an archive that was made elsewhere, read whole before anything is written: which versions made it and what
// it lists. What older tools leave unsaid is filled in; the blocks behind it are not looked at here.
import { deserialize, serialize } from 'bson';
import { type ArchivePrelude, type PreludeNamespace, parsePrelude } from '../archive-prelude.ts';
import { encodePrelude } from '../encode-archive.ts';
import { maxDocumentBytes } from '../parse-archive.ts';
import type { DumpVersions } from './build-archive.ts';
import { unreadable } from './import-failure.ts';

export interface ArchiveHead {
  readonly versions: DumpVersions;
  /** Never one that says neither its type nor its options. */
  readonly namespaces: readonly PreludeNamespace[];
  /** Collections of which the dump does not say options and indexes, as `database.collection`. */
  readonly withoutMetadata: readonly string[];
  /** The whole archive, this head first. Once. */
  readonly stream: AsyncGenerator<Buffer>;
}

/** A list of namespaces larger than this is none: it has to be kept in memory. */
const maxHeadBytes = 256 * 1024 * 1024;

/** Reads up to the first block. Throws `import-unreadable`, and what the source throws. */
export async function readArchiveHead(source: AsyncGenerator<Buffer>, name: string): Promise<ArchiveHead> {
  const reader = new HeadReader(name);
  let behind: Buffer | undefined;
  while (behind === undefined) {
    const next = await source.next();
    if (next.done) throw unreadable(`${name} is damaged: it ends within its list of collections.`);
    behind = reader.push(next.value);
  }
  const { header, namespaces: listed } = understand(name, () => reader.prelude());
  const versions = understand(name, () => versionsOf(header));
  const withoutMetadata = listed.filter(lacksMetadata).map(({ database, collection }) => `${database}.${collection}`);
  const namespaces = listed.map((namespace) => understand(name, () => completed(namespace)));
  return { versions, namespaces, withoutMetadata, stream: rejoin({ header, namespaces }, behind, source) };
}

async function* rejoin(prelude: ArchivePrelude, behind: Buffer, source: AsyncGenerator<Buffer>) {
  yield encodePrelude(prelude);
  if (behind.length > 0) yield behind;
  yield* source;
}

/** Gathers bytes until the terminator of the prelude. */
class HeadReader {
  readonly #name: string;
  readonly #pieces: Buffer[] = [];
  readonly #length = Buffer.alloc(4);
  #lengthFilled = 0;
  #bytes = 0;
  /** Still to come of the magic number, or of a document. */
  #skip = 4;

  constructor(name: string) {
    this.#name = name;
  }

  /** What of the chunk stands behind the prelude; undefined while that is not complete. */
  push(chunk: Buffer): Buffer | undefined {
    let at = 0;
    while (at < chunk.length) {
      const skipped = Math.min(this.#skip, chunk.length - at);
      this.#skip -= skipped;
      at += skipped;
      if (this.#skip > 0 || at === chunk.length) break;
      const copied = chunk.copy(this.#length, this.#lengthFilled, at);
      this.#lengthFilled += copied;
      at += copied;
      if (this.#lengthFilled === 4 && this.#isTerminator()) {
        this.#keep(chunk.subarray(0, at));
        return chunk.subarray(at);
      }
    }
    this.#keep(chunk);
    return undefined;
  }

  prelude(): ArchivePrelude {
    const bytes = Buffer.concat(this.#pieces);
    const documents: Buffer[] = [];
    for (let at = 4; at < bytes.length - 4; ) {
      const end = at + bytes.readInt32LE(at);
      documents.push(bytes.subarray(at, end));
      at = end;
    }
    const [header, ...namespaces] = documents;
    if (header === undefined) throw new Error('it has no header');
    return parsePrelude(header, namespaces);
  }

  #isTerminator(): boolean {
    const length = this.#length.readInt32LE(0);
    this.#lengthFilled = 0;
    if (length === -1) return true;
    if (length < 5 || length > maxDocumentBytes)
      throw unreadable(`${this.#name} is damaged in its list of collections: an entry cannot have ${length} bytes.`);
    this.#skip = length - 4;
    return false;
  }

  #keep(bytes: Buffer): void {
    this.#bytes += bytes.length;
    if (this.#bytes > maxHeadBytes) throw unreadable(`${this.#name} lists more collections than any server holds.`);
    this.#pieces.push(bytes);
  }
}

function versionsOf(header: Buffer): DumpVersions {
  const { server_version: serverVersion, tool_version: toolVersion } = deserialize(header);
  return { serverVersion: versionOf(serverVersion), toolVersion: versionOf(toolVersion) };
}

/** Tools write `unknown`, or nothing, where they could not find out. */
export function versionOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value !== 'unknown' ? value.slice(0, 100) : null;
}

function lacksMetadata({ type, metadata }: PreludeNamespace): boolean {
  return metadata === '' && type !== 'view';
}

/** As a tool of today would list it. Throws an Error for metadata that are none. */
function completed(namespace: PreludeNamespace): PreludeNamespace {
  const { collection, metadata, raw } = namespace;
  if (metadata === '') {
    if (namespace.type !== 'collection') return namespace;
    const plain = plainMetadata(collection);
    return { ...namespace, metadata: plain, raw: withFields(raw, { metadata: plain }) };
  }
  const type = viewOrNot(namespace, requireMetadata(metadata));
  return type === namespace.type ? namespace : { ...namespace, type, raw: withFields(raw, { type }) };
}

/** Tools from before 100.0 say what a view reads, but not that it is one. */
function viewOrNot({ type }: PreludeNamespace, options: Readonly<Record<string, unknown>>): PreludeNamespace['type'] {
  return type === 'collection' && typeof options.viewOn === 'string' ? 'view' : type;
}

/** The options in a metadata text. Throws an Error when it is none. */
export function requireMetadata(text: string): Readonly<Record<string, unknown>> {
  const { options, indexes } = JSON.parse(text);
  if (!isObject(options ?? {}) || !Array.isArray(indexes ?? []) || !(indexes ?? []).every(isObject))
    throw new Error('its options or indexes are not what mongodump writes');
  return options ?? {};
}

/** A collection of which nothing is known but its name has the index that every one has. */
function plainMetadata(collectionName: string): string {
  const index = { v: { $numberInt: '2' }, key: { _id: { $numberInt: '1' } }, name: '_id_' };
  return JSON.stringify({ indexes: [index], options: {}, uuid: '', collectionName, type: 'collection' });
}

function withFields(raw: Buffer, fields: Readonly<Record<string, string>>): Buffer {
  const document = deserialize(raw, { promoteValues: false, validation: { utf8: false } });
  return Buffer.from(serialize({ ...document, ...fields }));
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function understand<T>(name: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw unreadable(`${name} is damaged in its list of collections: ${what}.`, error);
  }
}
