// Feeds the chosen namespaces of an archive, renamed, into mongorestore. Archive and tool are both believed: whichever
// fails first stops the other.
import type { Readable } from 'node:stream';
import { Readable as ReadableStream } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ArchiveProgress } from '../../archive/archive-progress.ts';
import type { OpenArchive } from '../../archive/open-archive.ts';
import { rewriteArchive } from '../../archive/rewrite-archive.ts';
import type { DeploymentAddress } from '../../engine/connection-string.ts';
import { processStartTime } from '../../engine/orphan-process.ts';
import { type RestoreExit, startRestore } from '../../engine/start-restore.ts';
import { midway } from '../../failpoints.ts';
import { requireTools, type Services } from '../../services.ts';
import { rollForwardLimits } from '../limits.ts';
import type { OperationRun } from '../operation-run.ts';
import type { StagedNamespace } from './prove-namespaces.ts';

export interface FeedOptions {
  readonly archive: OpenArchive;
  readonly address: DeploymentAddress;
  readonly staged: readonly StagedNamespace[];
  readonly progress: ArchiveProgress;
  readonly signal: AbortSignal;
  /** Replaces live collections in place: finished forward, whatever the operation's limits are. */
  readonly drop: boolean;
  readonly run: OperationRun;
}

/** Resolves with what mongorestore says it restored. Throws OperationFailure. The process is gone when it settles. */
export async function feedRestore(services: Services, options: FeedOptions): Promise<RestoreExit> {
  const stopped = new AbortController();
  const restore = startRestore({
    mongorestorePath: requireTools(services).mongorestore,
    address: options.address,
    drop: options.drop,
    stopOnError: true,
    signal: AbortSignal.any([options.signal, stopped.signal]),
    ...(options.drop ? rollForwardLimits : { stallLimitMs: options.run.facts.limits.stallLimitMs }),
  });
  let feedError: unknown;
  try {
    await options.run.note({ child: { pid: restore.pid, startTime: await processStartTime(restore.pid) } });
    const fed = pipeline(streamOf(services, options), restore.stdin).catch((error: unknown) => {
      // A tool that ends early closes its input; its exit says why.
      if (isClosedInput(error)) return;
      feedError = error;
      stopped.abort(error);
    });
    const exit = await restore.exited;
    await fed;
    if (feedError !== undefined) throw feedError;
    return exit;
  } catch (error) {
    stopped.abort(error);
    await restore.exited.catch(() => undefined);
    throw feedError ?? error;
  }
}

function streamOf(services: Services, { archive, staged, progress, run }: FeedOptions): Readable {
  const targets = new Map(staged.map((one) => [keyOf(one.namespace.database, one.namespace.collection), one]));
  const namespaces = new Set(staged.map(({ namespace }) => `${namespace.database}.${namespace.collection}`));
  const rewritten = rewriteArchive(archive.dumpStream({ namespaces }), {
    keep: (database, collection) => targets.has(keyOf(database, collection)),
    rename: (database, collection) => targets.get(keyOf(database, collection)) ?? { database, collection },
    progress,
  });
  const held = midway(rewritten, 'mid-restore', services.failpoint);
  return ReadableStream.from(whileLeased(held, run), { objectMode: false });
}

async function* whileLeased(chunks: AsyncIterable<Uint8Array>, run: OperationRun): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    run.requireLease();
    yield chunk;
  }
}

function keyOf(database: string, collection: string): string {
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
