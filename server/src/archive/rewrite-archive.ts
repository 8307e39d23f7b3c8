// The reader's side of the stream: leaves namespaces out of a dump and gives the others new names, in the prelude, the blocks
// and what views read, so that mongorestore's own renaming and its traps are never needed. Documents pass through unchanged.
import { OperationFailure } from '@holdfast/shared/failures';
import { blockCollection, type PreludeNamespace } from './archive-prelude.ts';
import type { ArchiveProgress, NamespaceCounter } from './archive-progress.ts';
import type { BlockHeader } from './block-header.ts';
import { editJsonStrings } from './edit-json.ts';
import { encodeBlockHeader, encodeNamespace, encodePrelude } from './encode-archive.ts';
import { keepNamespaces, type NamespacePredicate } from './keep-namespaces.ts';
import { ArchiveParser, type ArchivePart, terminator } from './parse-archive.ts';

export interface NamespaceName {
  readonly database: string;
  readonly collection: string;
}

/** Both are asked by the names that people know: a time-series by its own, never as `system.buckets.<name>`. */
export interface RewriteOptions {
  readonly keep: NamespacePredicate;
  readonly rename: (database: string, collection: string) => NamespaceName;
  /** What is to be said of a namespace instead of its metadata, before names are changed in it. */
  readonly metadata?: (namespace: PreludeNamespace) => string;
  /** Counts what passes, under the names in the archive. */
  readonly progress?: ArchiveProgress;
}

/**
 * A valid mongodump archive of the kept namespaces under their new names. A view follows what it reads when that stays in the
 * view's database. Throws OperationFailure('archive-damaged') for a stream that is not whole; Error when two names become one.
 */
export async function* rewriteArchive(stream: AsyncIterable<Buffer>, options: RewriteOptions): AsyncGenerator<Buffer> {
  const keep = keepNamespaces(options.keep);
  const rewriter = new ArchiveRewriter(options);
  const parser = new ArchiveParser();
  for await (const chunk of stream) {
    for (const found of parser.push(chunk)) {
      const part = keep(found);
      if (part !== undefined) yield rewriter.take(part);
    }
  }
  parser.end();
  rewriter.end();
}

/** A namespace on its way: its new name in blocks, and what is counted for it. */
interface Passing extends NamespaceName {
  readonly counter: NamespaceCounter | undefined;
}

/** Takes the parts that are kept, in stream order, and gives the bytes to write for each. Throws as `rewriteArchive`. */
export class ArchiveRewriter {
  readonly #options: Omit<RewriteOptions, 'keep'>;
  /** Those whose end was not seen yet, by the name that blocks use. */
  readonly #open = new Map<string, Passing>();
  #counter: NamespaceCounter | undefined;

  constructor(options: Omit<RewriteOptions, 'keep'>) {
    this.#options = options;
  }

  take(part: ArchivePart): Buffer {
    if (part.kind === 'prelude') {
      const namespaces = part.prelude.namespaces.map((namespace) => this.#rename(namespace));
      requireDistinct(namespaces);
      return encodePrelude({ header: part.prelude.header, namespaces });
    }
    if (part.kind === 'block') return this.#begin(part.header);
    if (part.kind === 'block-end') return terminator;
    this.#counter?.add(part.bytes.length, part.documents);
    return part.bytes;
  }

  end(): void {
    const [missing] = this.#open.keys();
    if (missing === undefined) return;
    throw new OperationFailure('archive-damaged', `The dump is damaged: ${missing} was not seen to its end.`);
  }

  #rename(namespace: PreludeNamespace): PreludeNamespace {
    const { database, collection, type } = namespace;
    const to = this.#options.rename(database, collection);
    const counter = this.#options.progress?.namespace(`${database}.${collection}`);
    const passing = {
      database: to.database,
      collection: blockCollection({ type, collection: to.collection }),
      counter,
    };
    this.#open.set(`${database}.${blockCollection(namespace)}`, passing);
    const metadata = this.#editMetadata(namespace, to);
    return { type, ...to, metadata, raw: encodeNamespace(namespace, { ...to, metadata }) };
  }

  #editMetadata(namespace: PreludeNamespace, to: NamespaceName): string {
    const { database } = namespace;
    const metadata = this.#options.metadata?.(namespace) ?? namespace.metadata;
    if (metadata === '') return metadata;
    return editJsonStrings(metadata, (path, value) => {
      const [first, second, third] = path;
      if (first === 'collectionName' && path.length === 1) return to.collection;
      if (first === 'indexes' && third === 'ns' && path.length === 3) return `${to.database}.${to.collection}`;
      if (first !== 'options' || second !== 'viewOn' || path.length !== 2) return undefined;
      const base = this.#options.rename(database, value);
      return base.database === to.database ? base.collection : undefined;
    });
  }

  #begin(header: BlockHeader): Buffer {
    const name = `${header.database}.${header.collection}`;
    const passing = this.#open.get(name);
    if (passing === undefined) {
      throw new OperationFailure('archive-damaged', `The dump is damaged: ${name} is not expected.`);
    }
    this.#counter = passing.counter;
    if (header.end) {
      this.#open.delete(name);
      if (passing.counter) passing.counter.done = true;
    }
    return encodeBlockHeader({ ...header, database: passing.database, collection: passing.collection });
  }
}

function requireDistinct(namespaces: readonly PreludeNamespace[]): void {
  const seen = new Set<string>();
  for (const { database, collection } of namespaces) {
    const name = `${database}.${collection}`;
    if (seen.has(name)) throw new Error(`two namespaces would both become ${name}`);
    seen.add(name);
  }
}
