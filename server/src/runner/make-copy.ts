// Makes one copy of an archive: read from a destination that has it, hashed on the way, written to another one, and visible there
// only when it is the one that the ledger knows. Knows nothing of leases on copies.
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { OperationFailure } from '@holdfast/shared/failures';
import { v7 as uuid } from 'uuid';
import { readableCopies } from '../destinations/readable-copy.ts';
import type { BackupState } from '../domain/backup.ts';
import { type Failpoint, midway } from '../failpoints.ts';
import type { Services } from '../services.ts';
import type { ArchiveStorage } from '../storage/archive-storage.ts';

export interface CopyOrder {
  readonly backup: BackupState;
  readonly target: ArchiveStorage;
  readonly signal: AbortSignal;
  /** Called with the token of each upload before it exists. */
  readonly note: (token: string) => Promise<void>;
}

/** Nothing moves for so long: given up, and tried again later. */
const stalledAfterMs = 10 * 60_000;

/**
 * Resolves with the size of the copy once it is visible; at once when an earlier attempt came that far. Throws OperationFailure,
 * or the signal's reason, with nothing left at the target.
 */
export async function makeCopy(services: Services, order: CopyOrder): Promise<{ readonly sizeBytes: number }> {
  const { backup, target, signal } = order;
  const { key, sha256 } = sealedOf(backup);
  const found = await target.stat(key);
  if (found !== undefined) {
    if ((await hashOf(await target.read(key), signal)) === sha256) return found;
    throw new OperationFailure('storage-unwritable', `Another file lies at ${key} of ${target.url}. Move it away.`);
  }
  let first: unknown;
  for await (const { storage, key: from } of readableCopies(services, backup)) {
    try {
      return await copyFrom(await storage.read(from), storage, order, services.failpoint);
    } catch (error) {
      signal.throwIfAborted();
      // What is wrong may be wrong with this source only.
      if (!(error instanceof OperationFailure)) throw error;
      first ??= error;
    }
  }
  throw first;
}

async function copyFrom(
  source: Readable,
  { url }: ArchiveStorage,
  { backup, target, signal, note }: CopyOrder,
  failpoint: Failpoint,
): Promise<{ readonly sizeBytes: number }> {
  const { key, sha256, sizeBytes } = sealedOf(backup);
  const token = uuid();
  await note(token);
  const upload = await target.createUpload(key, token, sizeBytes);
  const stall = stallSignal();
  try {
    const hash = createHash('sha256');
    await pipeline(midway(source, 'mid-copy', failpoint), observed(hash, stall), upload.body, {
      signal: AbortSignal.any([signal, stall.signal]),
    }).finally(() => stall.end());
    if (hash.digest('hex') !== sha256)
      throw new OperationFailure('archive-damaged', `${key} at ${url} is not what was backed up: its SHA-256 differs.`);
    const sealed = await upload.seal();
    signal.throwIfAborted();
    await upload.commit();
    await failpoint('copied');
    return sealed;
  } catch (error) {
    await upload.abort();
    throw stall.signal.aborted ? stall.signal.reason : error;
  }
}

function observed(hash: { update(chunk: Buffer): unknown }, stall: { moved(): void }) {
  return async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      stall.moved();
      yield chunk;
    }
  };
}

/** Aborts with `stalled` once nothing has moved for long. */
function stallSignal() {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    const minutes = stalledAfterMs / 60_000;
    controller.abort(new OperationFailure('stalled', `No byte moved for ${minutes} minutes.`));
  }, stalledAfterMs);
  return { signal: controller.signal, moved: () => timer.refresh(), end: () => clearTimeout(timer) };
}

async function hashOf(content: Readable, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of content) {
    signal.throwIfAborted();
    hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}

function sealedOf({ backupId, sealed }: BackupState) {
  if (sealed === null) throw new Error(`backup ${backupId} was never sealed`);
  return sealed;
}
