import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DiskReport, DiskUnknown } from '@holdfast/shared/destination';
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

const unknownReasons: Readonly<Record<DiskUnknown, string>> = {
  'not-permitted': 'its user may not ask where the data lies (the role clusterMonitor lets it)',
  'not-there': 'its data folder is not to be seen from here, as in a container',
  unreachable: 'its server does not answer',
  'in-container': 'from within a container the disks of the host are not to be seen',
  'bucket-on-this-machine': 'the bucket is served from this machine, from which disk is not known',
};

/** Whether the backups would survive the disks that they are made for. */
export function checkOwnDisk({ shared, unknown }: DiskReport): DoctorCheck {
  const check = { id: 'storage-disk', title: 'A disk of its own' } as const;
  const apart =
    'One broken disk takes both. Keep a copy on another disk or machine: HOLDFAST_STORAGE_URL=file:/mnt/backups or ' +
    's3://bucket/path, or a further destination (docs/destinations.md).';
  const sharing = shared.map(({ deploymentName, urls, with: sharers }) => {
    const what = deploymentName === null ? 'the backups' : `the backups of ${deploymentName}`;
    const others = sharers.map((sharer) => (sharer === 'ledger' ? 'the ledger' : 'the database')).join(' and ');
    return `${what} at ${urls.join(', ')} lie on the same disk as ${others}`;
  });
  const open = unknown.map(({ deploymentName, reason }) => {
    const what = deploymentName === null ? '' : ` for ${deploymentName}`;
    return `not known${what}: ${unknownReasons[reason]}`;
  });
  const found = [...sharing, ...open].join('; ');
  if (sharing.length > 0) return { ...check, status: 'warning', found, advice: apart };
  if (open.length > 0)
    return {
      ...check,
      status: 'warning',
      found,
      advice: 'See for yourself that they lie on another disk than the data.',
    };
  return {
    ...check,
    status: 'ok',
    found: 'as far as it can be seen from here, every backup has a copy on another disk than its data and the ledger',
    advice: null,
  };
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
