// Who makes which copy: one document for each copy that is under way, waits to be tried again, or was left half-way. Its token names
// the unfinished upload, and is noted before that exists.
//
// (none) --claim--> held --release--> (none)
//                   held --postpone--> waiting --claim, once its time has come--> held
//                   held, and its lease ran out --claim--> held by another
import type { BackupId, DestinationId } from '@holdfast/shared/ids';
import { type Collection, type Document, MongoServerError } from 'mongodb';

/** One copy. Times are the database's. */
export interface StoredCopyLease {
  /** `<backupId>/<destinationId>`. */
  readonly _id: string;
  readonly backupId: BackupId;
  readonly destinationId: DestinationId;
  readonly worker: string;
  readonly leaseUntil: Date;
  /** Not tried again before. */
  readonly notBefore: Date;
  /** How often it failed in a row. */
  readonly attempts: number;
  /** Of the unfinished upload; null while there is none. */
  readonly token: string | null;
}

export type CopyPlace = Pick<StoredCopyLease, 'backupId' | 'destinationId'>;

export interface CopyLeases {
  readonly leaseMs: number;
  /** Takes what nobody holds and whose time has come; returns what an earlier holder left (null: nothing), or false. */
  claim(place: CopyPlace): Promise<StoredCopyLease | null | false>;
  /** Renews, and notes the upload's token. False when it is another's by now. */
  renew(place: CopyPlace, facts?: { readonly token: string | null }): Promise<boolean>;
  /** It is made, or not wanted any more. Idempotent. */
  release(place: CopyPlace): Promise<void>;
  /** It is tried again, at the earliest after so long; at once after 0, which is no failure. */
  postpone(place: CopyPlace, waitMs: number): Promise<void>;
  /** Those that nobody holds. */
  unheld(): Promise<StoredCopyLease[]>;
  find(place: CopyPlace): Promise<StoredCopyLease | null>;
  /** Tokens of unfinished uploads. */
  tokens(): Promise<string[]>;
  /** Whatever waits for this destination is tried now. */
  wake(destinationId: string): Promise<void>;
  /** Nobody holds any more what earlier processes of this data folder held. */
  forgetEarlier(instanceId: string): Promise<void>;
}

/** Over the collection `copies`; `worker` names this process. */
export function copyLeases(
  collection: Collection<StoredCopyLease>,
  { leaseMs, worker }: { readonly leaseMs: number; readonly worker: string },
): CopyLeases {
  const renewed = { $add: ['$$NOW', leaseMs] };
  const graceMs = Math.max(500, leaseMs / 20);
  const ranOut = { $lt: ['$leaseUntil', { $subtract: ['$$NOW', graceMs] }] };
  const isDue = { $lte: ['$notBefore', '$$NOW'] };
  return {
    leaseMs,
    async claim({ backupId, destinationId }) {
      const _id = idOf({ backupId, destinationId });
      const set = { ...literal({ backupId, destinationId, worker, token: null }), leaseUntil: renewed };
      const free = { _id, $expr: { $and: [ranOut, isDue] } };
      const left = await collection.findOneAndUpdate(free, [{ $set: set }], { returnDocument: 'before' });
      if (left !== null) return left;
      return await inserted(collection, _id, { ...set, attempts: 0, notBefore: '$$NOW' });
    },
    async renew(place, facts = undefined) {
      const set = { leaseUntil: renewed, ...(facts === undefined ? {} : literal(facts)) };
      const { matchedCount } = await collection.updateOne({ _id: idOf(place), worker }, [{ $set: set }]);
      return matchedCount === 1;
    },
    async release(place) {
      await collection.deleteOne({ _id: idOf(place), worker });
    },
    async postpone(place, waitMs) {
      const set = {
        leaseUntil: new Date(0),
        notBefore: { $add: ['$$NOW', waitMs] },
        attempts: { $add: ['$attempts', waitMs > 0 ? 1 : 0] },
      };
      await collection.updateOne({ _id: idOf(place), worker }, [{ $set: set }]);
    },
    unheld: () => collection.find({ $expr: ranOut }).sort({ _id: 1 }).toArray(),
    find: (place) => collection.findOne({ _id: idOf(place) }),
    async tokens() {
      return (await collection.find({ token: { $ne: null } }).toArray()).flatMap(({ token }) => token ?? []);
    },
    async wake(destinationId) {
      await collection.updateMany(
        { destinationId: destinationId as DestinationId },
        { $set: { notBefore: new Date(0) } },
      );
    },
    async forgetEarlier(instanceId) {
      const isEarlier = {
        $and: [{ $eq: [{ $indexOfBytes: ['$worker', `${instanceId}/`] }, 0] }, { $ne: ['$worker', worker] }],
      };
      await collection.updateMany({ $expr: isEarlier }, { $set: { leaseUntil: new Date(0) } });
    },
  };
}

/** null when it was made, false when it is there: held, or not due. */
async function inserted(collection: Collection<StoredCopyLease>, _id: string, set: Document): Promise<null | false> {
  try {
    await collection.updateOne({ _id, worker: nobody }, [{ $set: set }], { upsert: true });
    return null;
  } catch (error) {
    // The upsert found nothing to change and could not insert.
    if (error instanceof MongoServerError && error.code === duplicateKey) return false;
    throw error;
  }
}

const duplicateKey = 11_000;
const nobody = '';

function idOf({ backupId, destinationId }: CopyPlace): string {
  return `${backupId}/${destinationId}`;
}

function literal(fields: object): Record<string, { $literal: unknown }> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { $literal: value }]));
}
