// Who uses an archive right now. Verification, restore, restore test, copy and download share it; a deletion has it alone. One
// document for each archive that is in use, changed in one step, so that servers cannot both think it theirs.
//
// holders       share                take
// none          shared               taken
// shared ones   shared               ARCHIVE_IN_USE
// a deletion    ARCHIVE_IN_USE       ARCHIVE_IN_USE
import { setTimeout as delay } from 'node:timers/promises';
import type { ArchiveUse } from '@holdfast/shared/backup';
import { AppError } from '@holdfast/shared/errors';
import type { BackupId } from '@holdfast/shared/ids';
import type { Collection, Document } from 'mongodb';
import { v7 as uuid } from 'uuid';
import { throughFailover } from '../ledger/through-failover.ts';
import type { Services } from '../services.ts';

/** One use of an archive. Times are the database's. */
export interface ArchiveHolder {
  readonly id: string;
  readonly worker: string;
  readonly kind: ArchiveUse;
  readonly since: Date;
  readonly until: Date;
}

/** An archive that is in use: the id is that of its backup. Or work that one server at a time does: `turn:<name>`. */
export interface StoredArchiveLease {
  readonly _id: BackupId | `turn:${string}`;
  readonly holders: readonly ArchiveHolder[];
}

export interface ArchiveLeases {
  /** How long a lease holds without being renewed, in milliseconds. */
  readonly leaseMs: number;
  /** Becomes one of those who use it, or says who is in the way. Takes the same id again without harm. */
  acquire(key: StoredArchiveLease['_id'], holder: Pick<ArchiveHolder, 'id' | 'kind'>): Promise<ArchiveHolder | null>;
  /** False once it ran out and another use did away with it. */
  renew(key: StoredArchiveLease['_id'], id: string): Promise<boolean>;
  /** Idempotent. */
  release(key: StoredArchiveLease['_id'], id: string): Promise<void>;
  /** Ends what earlier processes of this data folder held: they are gone. */
  forgetEarlier(instanceId: string): Promise<void>;
}

/** Over the collection `archive_leases`; `worker` names this process. */
export function archiveLeases(
  collection: Collection<StoredArchiveLease>,
  { leaseMs, worker }: { readonly leaseMs: number; readonly worker: string },
): ArchiveLeases {
  const only = (condition: Document) => ({
    $set: { holders: { $filter: { input: { $ifNull: ['$holders', []] }, cond: condition } } },
  });
  const heldUntil = { $add: ['$$NOW', leaseMs + graceMs(leaseMs)] };
  const forgetEmpty = () => collection.deleteMany({ holders: { $size: 0 } });
  return {
    leaseMs,
    async acquire(key, { id, kind }) {
      const others = { $filter: { input: '$holders', cond: { $ne: ['$$this.id', id] } } };
      const inTheWay = kind === 'delete' ? { $size: others } : { $in: ['delete', '$holders.kind'] };
      const own = { id, worker, kind, since: '$$NOW', until: heldUntil };
      const found = await collection.findOneAndUpdate(
        { _id: key },
        [
          only({ $gt: ['$$this.until', '$$NOW'] }),
          { $set: { holders: { $cond: [inTheWay, '$holders', { $concatArrays: [others, [own]] }] } } },
        ],
        { upsert: true, returnDocument: 'after' },
      );
      const holders = found?.holders ?? [];
      if (holders.some((holder) => holder.id === id)) return null;
      return holders.find((holder) => kind === 'delete' || holder.kind === 'delete') ?? null;
    },
    async renew(key, id) {
      const renewed = { $mergeObjects: ['$$this', { until: heldUntil }] };
      const each = { $cond: [{ $eq: ['$$this.id', id] }, renewed, '$$this'] };
      const { matchedCount } = await collection.updateOne({ _id: key, 'holders.id': id }, [
        { $set: { holders: { $map: { input: '$holders', in: each } } } },
      ]);
      return matchedCount === 1;
    },
    async release(key, id) {
      await collection.updateOne({ _id: key }, [only({ $ne: ['$$this.id', id] })]);
      await forgetEmpty();
    },
    async forgetEarlier(instanceId) {
      const isOfInstance = { $eq: [{ $indexOfBytes: ['$$this.worker', `${instanceId}/`] }, 0] };
      const isEarlier = { $and: [isOfInstance, { $ne: ['$$this.worker', worker] }] };
      await collection.updateMany({}, [only({ $not: [isEarlier] })]);
      await forgetEmpty();
    },
  };
}

/** It is honoured a little longer than its holder may rely on it: to notice that it ran out takes a moment. */
function graceMs(leaseMs: number): number {
  return Math.max(500, leaseMs / 20);
}

/** An archive in use, until it is disposed of. `signal` aborts when the lease may have run out: what was begun must stop. */
export interface ArchiveLease extends AsyncDisposable {
  readonly signal: AbortSignal;
}

type Held = Pick<Services, 'archiveLeases' | 'logger'>;

/** Uses an archive together with others; it is not deleted meanwhile. Raises ARCHIVE_IN_USE while it is being deleted. */
export function shareArchive(
  services: Held,
  backupId: BackupId,
  { kind }: { readonly kind: Exclude<ArchiveUse, 'delete'> },
): Promise<ArchiveLease> {
  return holdArchive(services, backupId, kind);
}

/** Has an archive alone, so that it can be deleted. Raises ARCHIVE_IN_USE while anybody uses it. */
export function takeArchive(services: Held, backupId: BackupId): Promise<ArchiveLease> {
  return holdArchive(services, backupId, 'delete');
}

/** Has a piece of work alone among all servers, such as the scrub; null while another server has it. */
export async function takeTurn(services: Held, name: string): Promise<ArchiveLease | null> {
  const held = await hold(services, `turn:${name}`, 'delete');
  return 'signal' in held ? held : null;
}

async function holdArchive(services: Held, backupId: BackupId, kind: ArchiveUse): Promise<ArchiveLease> {
  const held = await hold(services, backupId, kind);
  if ('signal' in held) return held;
  throw new AppError('ARCHIVE_IN_USE', { id: backupId, by: held.kind, since: held.since.toISOString() });
}

/** The lease, or who is in the way. */
async function hold(
  services: Held,
  key: StoredArchiveLease['_id'],
  kind: ArchiveUse,
): Promise<ArchiveLease | ArchiveHolder> {
  const { archiveLeases: leases, logger } = services;
  const id = uuid();
  const askedAt = performance.now();
  const other = await throughFailover(() => leases.acquire(key, { id, kind }));
  if (other !== null) return other;
  const over = new AbortController();
  const lost = new AbortController();
  void keepRenewed({ over: over.signal, lost, leaseMs: leases.leaseMs, askedAt }, () => leases.renew(key, id));
  return {
    signal: lost.signal,
    async [Symbol.asyncDispose]() {
      over.abort();
      await throughFailover(() => leases.release(key, id)).catch((err: unknown) =>
        logger.warn({ key, err }, 'the lease on an archive runs out by itself'),
      );
    },
  };
}

interface Renewal {
  readonly over: AbortSignal;
  readonly lost: AbortController;
  readonly leaseMs: number;
  readonly askedAt: number;
}

/** Counts by the monotonic clock, from before each renewal was sent. Never rejects. */
async function keepRenewed({ over, lost, leaseMs, askedAt }: Renewal, renew: () => Promise<boolean>): Promise<void> {
  let timer = loseAt(lost, askedAt + leaseMs);
  while (!over.aborted && !lost.signal.aborted) {
    await delay(leaseMs / renewalsInLease, undefined, { signal: over, ref: false }).catch(() => undefined);
    if (over.aborted) break;
    const sentAt = performance.now();
    // An answer that does not come is one that says nothing: the lease runs out.
    const isHeld = await renew().catch(() => undefined);
    if (isHeld === false) lost.abort(new LeaseLost());
    if (isHeld !== true) continue;
    clearTimeout(timer);
    timer = loseAt(lost, sentAt + leaseMs);
  }
  clearTimeout(timer);
}

const renewalsInLease = 6;

function loseAt(lost: AbortController, at: number): NodeJS.Timeout {
  return setTimeout(() => lost.abort(new LeaseLost()), Math.max(0, at - performance.now())).unref();
}

/** The ledger did not renew the lease on an archive in time. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
  constructor() {
    super('the lease on the archive ran out');
  }
}
