// Whether backups would survive the disks that they are made for: what shares a device with its only copy. Says what it does not
// know instead of calling it safe.
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DiskReport, DiskUnknown } from '@holdfast/shared/destination';
import { type DataPlace, isThisMachine } from '../engine/data-place.ts';
import { parseLocation } from '../storage/storage-location.ts';

export interface DiskQuestion {
  readonly ledger: DataPlace;
  /** Where backups of no deployment in particular go. */
  readonly mainUrl: string;
  readonly deployments: readonly {
    readonly name: string;
    readonly data: DataPlace;
    /** Every destination that gets its backups. */
    readonly urls: readonly string[];
  }[];
  /** Holdfast itself runs in one: a neighbour with an address of its own may lie on the same disk of the host. */
  readonly inContainer?: boolean;
}

/** Two on one device share it. `elsewhere`: on another machine. */
type Disk =
  | { readonly kind: 'device'; readonly id: number }
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'unknown'; readonly reason: DiskUnknown };

type Sharing = DiskReport['shared'][number]['with'];

type Verdict =
  | { readonly kind: 'safe' }
  | { readonly kind: 'unknown'; readonly reason: DiskUnknown }
  | { readonly kind: 'shared'; readonly with: Sharing };

/** Looks at each deployment, or at the ledger alone while none is registered. */
export async function reportDisks({ ledger, mainUrl, deployments, inContainer }: DiskQuestion): Promise<DiskReport> {
  const nothing = { name: null, data: { kind: 'elsewhere' }, urls: [mainUrl] } as const;
  const ledgerDisk = await diskOfData(ledger);
  const report: DiskReport = { shared: [], unknown: [] };
  for (const { name: deploymentName, data, urls } of deployments.length > 0 ? deployments : [nothing]) {
    const database = await diskOfData(data);
    const copies = await Promise.all(urls.map(diskOfDestination));
    const verdict = ofAll(copies.map((copy) => verdictOf(copy, { database, ledger: ledgerDisk }, inContainer)));
    if (verdict.kind === 'unknown') report.unknown.push({ deploymentName, reason: verdict.reason });
    if (verdict.kind === 'shared') report.shared.push({ deploymentName, urls: [...urls], with: verdict.with });
  }
  return report;
}

/** One copy on a disk of its own is enough. */
function ofAll(verdicts: readonly Verdict[]): Verdict {
  const best = verdicts.find(({ kind }) => kind === 'safe') ?? verdicts.find(({ kind }) => kind === 'unknown');
  const shared = verdicts.flatMap((verdict) => (verdict.kind === 'shared' ? verdict.with : []));
  return best ?? { kind: 'shared', with: [...new Set(shared)] };
}

function verdictOf(copy: Disk, data: { readonly database: Disk; readonly ledger: Disk }, inContainer = false): Verdict {
  if (copy.kind === 'elsewhere') return { kind: 'safe' };
  if (copy.kind === 'unknown') return copy;
  const shares = (disk: Disk) => disk.kind === 'device' && disk.id === copy.id;
  const sharing: Sharing = (['database', 'ledger'] as const).filter((what) => shares(data[what]));
  if (sharing.length > 0) return { kind: 'shared', with: sharing };
  const others = [data.database, data.ledger];
  if (inContainer && others.some(({ kind }) => kind === 'elsewhere'))
    return { kind: 'unknown', reason: 'in-container' };
  return others.find((disk) => disk.kind === 'unknown') ?? { kind: 'safe' };
}

async function diskOfDestination(url: string): Promise<Disk> {
  const location = parseLocation(url);
  if (location.kind === 'folder') return { kind: 'device', id: await deviceOf(location.directory) };
  const isHere = location.endpoint !== undefined && isThisMachine(new URL(location.endpoint).hostname);
  return isHere ? { kind: 'unknown', reason: 'bucket-on-this-machine' } : { kind: 'elsewhere' };
}

async function diskOfData(place: DataPlace): Promise<Disk> {
  if (place.kind !== 'here') return place;
  try {
    return { kind: 'device', id: (await stat(place.path)).dev };
  } catch {
    // A container's path, or one that this user may not look at.
    return { kind: 'unknown', reason: 'not-there' };
  }
}

/** A folder that is yet to be made will be where the one above it is. */
async function deviceOf(path: string): Promise<number> {
  try {
    return (await stat(path)).dev;
  } catch (error) {
    if (dirname(path) === path) throw error;
    return await deviceOf(dirname(path));
  }
}
