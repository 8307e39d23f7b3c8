import { type Document, serialize } from 'bson';
import { decode } from './raw-documents.ts';

/**
 * A sentence on where two documents differ: the path of the first field that does, and the byte. Values are left out:
 * they are people's data, and this text ends up in reports.
 */
export function differingField(expected: Buffer, actual: Buffer): string {
  const path = firstDifference(decode(expected), decode(actual));
  const size =
    expected.length === actual.length ? `of ${expected.length}` : `of ${expected.length}, now ${actual.length}`;
  return `${path === '' ? 'the order of its fields' : `\`${path}\``} differs, from byte ${firstByte(expected, actual)} ${size}`;
}

function firstByte(expected: Buffer, actual: Buffer): number {
  const length = Math.min(expected.length, actual.length);
  for (let at = 0; at < length; at += 1) if (expected[at] !== actual[at]) return at;
  return length;
}

/** Dotted path of the first field that is not the same on both sides; empty when they only differ in their order. */
function firstDifference(expected: Document, actual: Document): string {
  for (const name of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    const [here, there] = [expected[name], actual[name]];
    if (name in expected && name in actual && same(here, there)) continue;
    const inner = isContainer(here) && isContainer(there) ? firstDifference(here, there) : '';
    return inner === '' ? name : `${name}.${inner}`;
  }
  return '';
}

function same(a: unknown, b: unknown): boolean {
  return Buffer.compare(serialize({ a }), serialize({ a: b })) === 0;
}

function isContainer(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !(value instanceof Date) && !('_bsontype' in value);
}
