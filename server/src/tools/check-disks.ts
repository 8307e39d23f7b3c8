import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { failureHints, OperationFailure } from '@holdfast/shared/failures';
import { defaultReserve, diskSpace } from '../storage/disk-reserve.ts';
import type { DoctorCheck } from './doctor.ts';

/** Free space against the reserve, below which no archive is written. A folder that is yet to be made counts as its parent. */
export async function checkSpace(id: string, title: string, folder: string): Promise<DoctorCheck> {
  return spaceCheck({ id, title, folder, ...(await diskSpace(await existing(folder))) });
}

interface Space {
  readonly id: string;
  readonly title: string;
  readonly folder: string;
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** What the space means. Pure. */
export function spaceCheck({ id, title, folder, freeBytes, totalBytes }: Space): DoctorCheck {
  const reserve = defaultReserve(totalBytes);
  const found = `${size(freeBytes)} of ${size(totalBytes)} free at ${folder}`;
  if (freeBytes < reserve) {
    const advice = `Backups stop: ${size(reserve)} must stay free so that the ledger can always be written. Free some space, keep fewer backups, or use a larger disk.`;
    return { id, title, status: 'failed', found, advice };
  }
  if (freeBytes < 2 * reserve) {
    const advice = `Backups stop when less than ${size(reserve)} is free. Free some space soon.`;
    return { id, title, status: 'warning', found, advice };
  }
  return { id, title, status: 'ok', found, advice: null };
}

/** Whether archives can be written. */
export async function checkStorage(probe: () => Promise<void>): Promise<DoctorCheck> {
  const check = { id: 'storage', title: 'Destination of the backups' } as const;
  try {
    await probe();
    return { ...check, status: 'ok', found: 'written and read back', advice: null };
  } catch (error) {
    if (!(error instanceof OperationFailure)) throw error;
    return { ...check, status: 'failed', found: error.message, advice: failureHints[error.reason] };
  }
}

/** Whether the backups would survive the disks that they are made for. */
export async function checkOwnDisk(path: string, dataPaths: readonly string[]): Promise<DoctorCheck> {
  const check = { id: 'storage-disk', title: 'A disk of its own' } as const;
  const disk = await deviceOf(path);
  for (const dataPath of dataPaths) {
    if ((await deviceOf(dataPath)) !== disk) continue;
    const advice =
      'One broken disk takes both. Keep backups on another disk or machine: HOLDFAST_STORAGE_URL=file:/mnt/backups.';
    return { ...check, status: 'warning', found: `${path} lies on the same disk as ${dataPath}`, advice };
  }
  return { ...check, status: 'ok', found: `${path} lies on another disk than the data`, advice: null };
}

async function deviceOf(path: string): Promise<number> {
  return (await stat(await existing(path))).dev;
}

async function existing(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    const there = await stat(folder).then(
      () => true,
      () => false,
    );
    if (there || dirname(folder) === folder) return folder;
  }
}

function size(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
