// The threads on which frames are compressed, decompressed and fingerprinted. The thread that serves requests only cuts the
// stream; the garbage that documents leave is not its own.
import { availableParallelism } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { OperationFailure } from '@holdfast/shared/failures';
import { Piscina } from 'piscina';
import type { FrameContent } from './frame-content.ts';
import { type FrameWork, inspect, type SealedFrame, type SealTask, seal } from './frame-work.ts';
import { smallBytes } from './zstd-frames.ts';

/** Frames of one archive that are under way at once. */
export const framesAtOnce = Math.min(Math.max(availableParallelism(), 2), 4);

/** Threads without work end: a server that makes no backup keeps none. */
const idleMs = 10_000;

/** Compresses a frame and fingerprints its documents. `raw` may be used again once it resolves. */
export async function sealFrame(task: SealTask): Promise<SealedFrame> {
  return task.raw.length < smallBytes ? seal(task) : await onThread('seal', task, []);
}

/**
 * Decompresses a frame of a namespace and says what is in it. Throws OperationFailure('archive-damaged') unless that is exactly
 * `rawBytes` bytes of whole blocks; `offset` names the frame there. `stored` must not be used afterwards.
 */
export async function inspectFrame(stored: Uint8Array, rawBytes: number, offset: number): Promise<FrameContent> {
  const found =
    rawBytes < smallBytes
      ? inspect({ stored, rawBytes, offset })
      : await inspectOnThread({ stored: alone(stored), rawBytes, offset });
  if ('damage' in found) throw new OperationFailure('archive-damaged', found.damage);
  return found;
}

function inspectOnThread(task: { readonly stored: Uint8Array<ArrayBuffer>; rawBytes: number; offset: number }) {
  return onThread('inspect', task, [task.stored.buffer]);
}

/** With its memory for itself: a part of a larger one would take all of that along. */
function alone(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  const isAlone = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength;
  return isAlone ? (bytes as Uint8Array<ArrayBuffer>) : Uint8Array.from(bytes);
}

let pool: Piscina | undefined;

async function onThread<N extends keyof FrameWork>(
  name: N,
  task: FrameWork[N][0],
  transferList: ArrayBuffer[],
): Promise<FrameWork[N][1]> {
  pool ??= new Piscina({
    filename: workerFile(),
    minThreads: 0,
    maxThreads: framesAtOnce,
    idleTimeout: idleMs,
    execArgv: extname(import.meta.url) === '.ts' ? ['--conditions=@holdfast/source'] : [],
  });
  return await pool.run(task, { name, transferList: transferList as never });
}

/** Beside this file, whether it runs as it is or was compiled. */
function workerFile(): string {
  const self = fileURLToPath(import.meta.url);
  return pathToFileURL(join(dirname(self), `frame-worker${extname(self)}`)).href;
}
