// What each collection of the sample shop says of itself, and the values that they share.
import { Decimal128, type Document, ObjectId, UUID } from 'bson';
import type { CreateCollectionOptions, IndexDescription } from 'mongodb';
import type { SeededRandom } from './seeded-random.ts';

export interface SampleCollection {
  readonly name: string;
  readonly options?: CreateCollectionOptions;
  readonly indexes?: readonly IndexDescription[];
  /** In the order of insertion; the same documents for the same scale, always. */
  readonly documents: (scale: number) => Iterable<Document>;
}

/** The shop's clock: everything in it happened in the year that ends here. Never the real time. */
export const shopOpenedAt = Date.UTC(2025, 6, 1);
export const shopClosedAt = Date.UTC(2026, 6, 1);

/** `base` things at scale 1, at least one. */
export function scaled(base: number, scale: number): number {
  return Math.max(1, Math.round(base * scale));
}

/** The `index`-th id of a collection: a valid ObjectId in ascending order whose time is `at`. */
export function objectIdAt(at: number, collection: number, index: number): ObjectId {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32BE(Math.floor(at / 1000), 0);
  bytes.writeUInt32BE(0x53484f50, 4);
  bytes[8] = collection;
  bytes.writeUIntBE(index, 9, 3);
  return new ObjectId(bytes);
}

/** A version 4 UUID (Binary subtype 4). */
export function uuidFrom(random: SeededRandom): UUID {
  const bytes = random.bytes(16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return new UUID(bytes);
}

/** An exact amount of money: 1999 cents are 19.99. */
export function money(cents: number): Decimal128 {
  return Decimal128.fromString(`${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, '0')}`);
}
