// The threads on which frames are compressed, decompressed and fingerprinted. The thread that serves requests only cuts the
// stream; the garbage that documents leave is not its own.
import { availableParallelism } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { OperationFailure } from '@holdfast/shared/failures';
import { Piscina } from 'piscina';
import type { FrameContent } from './frame-content.ts';
import {
  type CountedDocuments,
  count,
  type Damage,
  type FrameWork,
  type InspectTask,
  inspect,
  type OpenedFrame,
  open,
  type SealedFrame,
  type SealTask,
  seal,
} from './frame-work.ts';
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
  const task = { stored, rawBytes, offset };
  return orDamage(rawBytes < smallBytes ? inspect(task) : await withStored('inspect', task));
}

/** As `inspectFrame`, and gives the frame's bytes too, in memory of their own. */
export async function openFrame(stored: Uint8Array, rawBytes: number, offset: number): Promise<OpenedFrame> {
  const task = { stored, rawBytes, offset };
  return orDamage(rawBytes < smallBytes ? open(task) : await withStored('open', task));
}

/** Counts and fingerprints the documents of a BSON array. `array` may be used again at once. */
export async function countDocuments(array: Uint8Array): Promise<CountedDocuments> {
  if (array.length < smallBytes) return count(array);
  const copy = Uint8Array.from(array);
  return await onThread('count', copy, [copy.buffer]);
}

async function withStored<N extends 'inspect' | 'open'>(name: N, task: InspectTask): Promise<FrameWork[N][1]> {
  const stored = alone(task.stored);
  return await onThread(name, { ...task, stored }, [stored.buffer]);
}

function orDamage<T extends object>(found: T | Damage): T {
  if ('damage' in found) throw new OperationFailure('archive-damaged', found.damage);
  return found;
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
