// Feeds the chosen namespaces of an archive, renamed and verified while they pass, into mongorestore. Archive and tool are both
// believed: whichever fails first stops the other.
import type { Writable } from 'node:stream';
import type { ArchiveProgress } from '../../archive/archive-progress.ts';
import type { OpenArchive } from '../../archive/open-archive.ts';
import { verifiedDump } from '../../archive/verified-dump.ts';
import type { DeploymentAddress } from '../../engine/connection-string.ts';
import { processStartTime } from '../../engine/orphan-process.ts';
import { type RestoreExit, startRestore } from '../../engine/start-restore.ts';
import { unlessAborted } from '../../engine/unless-aborted.ts';
import { heldMidway } from '../../failpoints.ts';
import { requireTools, type Services } from '../../services.ts';
import type { OperationLimits } from '../limits.ts';
import type { OperationRun } from '../operation-run.ts';
import { withoutIndexes } from './make-empty.ts';
import type { StagedNamespace } from './prove-namespaces.ts';
import type { Acknowledgement } from './staged-writes.ts';
import { stagedMetadata, type TtlWay } from './ttl-indexes.ts';

export interface FeedOptions {
  readonly archive: OpenArchive;
  readonly address: DeploymentAddress;
  readonly staged: readonly StagedNamespace[];
  /** How expiries are staged; undefined: as they are in the backup. */
  readonly ttl: TtlWay | undefined;
  /** default `majority` */
  readonly acknowledged?: Acknowledgement;
  /** Those of them that are there already, empty, with all their indexes. */
  readonly made?: ReadonlySet<StagedNamespace>;
  readonly progress: ArchiveProgress;
  readonly signal: AbortSignal;
  readonly run: FeedRun;
}

/** What is wanted of whoever runs it: to keep what it started, its lease, and its patience. */
export interface FeedRun extends Pick<OperationRun, 'note' | 'requireLease'> {
  readonly facts: { readonly limits: Pick<OperationLimits, 'stallLimitMs'> };
}

/** What could not be read of the archive, as opposed to what the server or the tool did not take. */
export class FeedFailed extends Error {
  override readonly name = 'FeedFailed';
}

/**
 * Resolves with what mongorestore says it restored. Throws OperationFailure; FeedFailed, whose cause it is, when reading the
 * archive failed first. The process is gone when it settles.
 */
export async function feedRestore(services: Services, options: FeedOptions): Promise<RestoreExit> {
  const stopped = new AbortController();
  const restore = startRestore({
    mongorestorePath: requireTools(services).mongorestore,
    address: options.address,
    drop: false,
    stopOnError: true,
    receivedOnly: options.acknowledged === 'received',
    insertionWorkers: workersFor(options.staged),
    signal: AbortSignal.any([options.signal, stopped.signal]),
    stallLimitMs: options.run.facts.limits.stallLimitMs,
  });
  let feedError: unknown;
  try {
    await options.run.note({ child: { pid: restore.pid, startTime: await processStartTime(restore.pid) } });
    const fed = feed(streamOf(services, options), restore.stdin).catch((error: unknown) => {
      // A tool that ends early closes its input; its exit says why.
      if (isClosedInput(error)) return;
      feedError = new FeedFailed('the archive could not be fed', { cause: error });
      stopped.abort(error);
    });
    const exit = await restore.exited;
    await unlessAborted(options.signal, fed);
    if (feedError !== undefined) throw feedError;
    return exit;
  } catch (error) {
    stopped.abort(error);
    await restore.exited.catch(() => undefined);
    throw feedError ?? error;
  }
}

/** On average, which the tool's pause for several workers is worth: it lasts as long as inserting so much. */
const largeBytes = 4 * 1024 * 1024;

/** Several workers would mix up the order of a capped collection, which is what goes first. */
function workersFor(staged: readonly StagedNamespace[]): number {
  if (staged.some(({ namespace }) => namespace.options.capped === true)) return 1;
  const bytes = staged.reduce((total, { namespace }) => total + namespace.bytes, 0);
  return bytes / staged.length < largeBytes ? 1 : 4;
}

/** Each piece is out of hand before the next is asked for, which may lie in the same memory. */
async function feed(pieces: AsyncIterable<Uint8Array>, input: Writable): Promise<void> {
  try {
    for await (const piece of pieces) await written(input, piece);
  } catch (error) {
    input.destroy();
    throw error;
  }
  input.end();
}

function written(input: Writable, piece: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    input.write(piece, (error) => (error ? reject(error) : resolve()));
  });
}

function streamOf(services: Services, options: FeedOptions): AsyncIterable<Uint8Array> {
  const { archive, staged, progress, run } = options;
  const targets = new Map(staged.map((one) => [keyOf(one.namespace), one]));
  const dump = verifiedDump(archive, {
    namespaces: new Set(staged.map(({ namespace }) => `${namespace.database}.${namespace.collection}`)),
    rename: (database, collection) => targets.get(keyOf({ database, collection })) ?? { database, collection },
    metadata: (one) => metadataOf(one.metadata, targets.get(keyOf(one)), options),
    progress,
  });
  return whileLeased(heldMidway(dump, 'mid-restore', services.failpoint), run);
}

function metadataOf(metadata: string, one: StagedNamespace | undefined, { ttl, made }: FeedOptions): string {
  if (one === undefined) return metadata;
  if (made?.has(one)) return withoutIndexes(metadata);
  return ttl === undefined ? metadata : stagedMetadata(metadata, one.namespace, ttl);
}

async function* whileLeased(chunks: AsyncIterable<Uint8Array>, run: FeedRun): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    run.requireLease();
    yield chunk;
  }
}

function keyOf({ database, collection }: { readonly database: string; readonly collection: string }): string {
  return `${database}\0${collection}`;
}

function isClosedInput(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return (
    code === 'EPIPE' ||
    code === 'ECANCELED' ||
    code === 'ERR_STREAM_PREMATURE_CLOSE' ||
    code === 'ERR_STREAM_DESTROYED' ||
    code === 'ECONNRESET'
  );
}
