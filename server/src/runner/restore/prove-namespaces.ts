// Reads what was restored back and compares it with the manifest: what the collections are, and every document. Never believes
// the stream that went in, nor an exit code.
import type { MongoClient } from 'mongodb';
import type { ArchiveProgress } from '../../archive/archive-progress.ts';
import type { OpenArchive } from '../../archive/open-archive.ts';
import type { PlacedNamespace } from '../../domain/restore-scope.ts';
import { explained } from '../../engine/driver-failure.ts';
import { proveDocuments } from './prove-documents.ts';
import { proveShapes } from './prove-shapes.ts';
import { sideBySide } from './side-by-side.ts';
import type { TtlWay } from './ttl-indexes.ts';

/** A namespace of the manifest and the name under which it was restored. */
export type StagedNamespace = PlacedNamespace;

export interface ProofOptions {
  /** What was restored. With it empty timestamps are given back, and documents that differ are named. */
  readonly archive?: OpenArchive;
  /** How expiries were staged. Without it they are expected as in the backup, and expired documents may be gone. */
  readonly ttl?: TtlWay;
  /** The server lets nothing expire: every document has to be there, whatever `ttl` is. */
  readonly nothingExpires?: boolean;
  /** Counts what was read back, under the names of the manifest. */
  readonly progress?: ArchiveProgress;
  readonly signal: AbortSignal;
}

/** As many cursors keep server and threads busy. */
const atOnce = 4;

/**
 * Throws OperationFailure: `restore-incomplete` that names a namespace that differs, and how; `connection-lost`; what reading the
 * archive throws. Throws the signal's reason.
 */
export async function proveNamespaces(
  client: MongoClient,
  staged: readonly StagedNamespace[],
  options: ProofOptions,
): Promise<void> {
  const { signal } = options;
  const largestFirst = staged.toSorted((a, b) => b.namespace.bytes - a.namespace.bytes);
  await explained(async () => {
    await proveShapes(client, staged, options);
    await sideBySide(largestFirst, { atOnce, signal }, (one, stopped) =>
      proveDocuments(client, one, { ...options, signal: stopped }),
    );
  });
}
