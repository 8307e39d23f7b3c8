// A full disk must never take the ledger down, which may lie on the same one: whoever writes archives stops while there is
// still room for others.
import { statfs } from 'node:fs/promises';
import { OperationFailure } from '@holdfast/shared/failures';

const MiB = 1024 * 1024;

/** Bytes that stay free on a disk of this size. */
export type Reserve = (totalBytes: number) => number;

/**
 * The larger of 1 GiB and 5 %. On a disk smaller than 20 GiB that would be out of proportion: there it is 5 %, but at least
 * 32 MiB, so that small disks are of use too.
 */
export function defaultReserve(totalBytes: number): number {
  return Math.max(32 * MiB, totalBytes / 20);
}

/** What may be used, and what there is. Throws what `statfs` throws. */
export async function diskSpace(folder: string): Promise<{ freeBytes: number; totalBytes: number }> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

/** The disk is looked at again after this many bytes: others write there too. */
const lookAgainBytes = 16 * MiB;

/** Asked before each write whether it may go on. */
export class ReserveGuard {
  readonly #folder: string;
  readonly #reserve: Reserve;
  /** Bytes that may be written before the disk is looked at again. */
  #allowance = 0;

  constructor(folder: string, reserve: Reserve) {
    this.#folder = folder;
    this.#reserve = reserve;
  }

  /** Throws OperationFailure('disk-full') when these bytes would use what must stay free. */
  async require(bytes: number): Promise<void> {
    if (bytes > this.#allowance) {
      const { freeBytes, totalBytes } = await diskSpace(this.#folder);
      const reserveBytes = this.#reserve(totalBytes);
      const usable = freeBytes - reserveBytes;
      if (usable < bytes) throw full(this.#folder, freeBytes, reserveBytes);
      this.#allowance = Math.min(usable, Math.max(bytes, lookAgainBytes));
    }
    this.#allowance -= bytes;
  }
}

function full(folder: string, freeBytes: number, reserveBytes: number): OperationFailure {
  const message = `The disk of ${folder} is full: ${sizeText(freeBytes)} are free, and ${sizeText(reserveBytes)} must stay free.`;
  return new OperationFailure('disk-full', message);
}

function sizeText(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
