import { serialize } from 'bson';

/** Raw BSON of exactly these fields, in this order, also of names that an object cannot hold so. */
export function rawDocument(fields: readonly (readonly [name: string, value: unknown])[]): Buffer {
  const elements = fields.map(([name, value]) => {
    const one = Buffer.from(serialize(new Map([['x', value]])));
    // Without the length in front and the zero byte at the end: type, name, value.
    return Buffer.concat([one.subarray(4, 5), Buffer.from(`${name}\0`), one.subarray(7, -1)]);
  });
  const bytes = Buffer.concat([Buffer.alloc(4), ...elements, Buffer.from([0])]);
  bytes.writeInt32LE(bytes.length, 0);
  return bytes;
}
