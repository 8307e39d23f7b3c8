import { Binary, BSONRegExp, Code, DBRef, Double, Long, ObjectId, serialize, Timestamp } from 'bson';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bsonDocument } from '../../testing/arbitrary-dump.ts';
import { walkBson } from './walk-bson.ts';

describe('walkBson', () => {
  const rich = serialize({
    a: new Double(1.5),
    b: 'text',
    c: { d: [1, 'x', null] },
    e: new Binary(Buffer.alloc(20)),
    f: new ObjectId(),
    g: true,
    h: new Date(0),
    i: new BSONRegExp('a.*', 'i'),
    j: new Code('return 1'),
    k: new Code('return x', { x: 1 }),
    l: new Timestamp({ t: 1, i: 1 }),
    m: Long.MAX_VALUE,
    n: new DBRef('orders', new ObjectId()),
  });

  it('takes every document that a driver writes', () => {
    fc.assert(
      fc.property(bsonDocument, (bytes) => {
        expect(walkBson(Buffer.from(bytes), 0, bytes.length)).toBeNull();
      }),
    );
    expect(walkBson(Buffer.from(rich), 0, rich.length)).toBeNull();
  });

  it('never reads beyond the document, whatever a byte is changed to', () => {
    let found = 0;
    for (let at = 4; at < rich.length; at += 1)
      for (const value of [0x00, 0x7f, 0xff, 0x99]) {
        const bytes = Buffer.from(rich);
        bytes[at] = value;
        const flaw = walkBson(bytes, 0, bytes.length);
        if (flaw !== null) found += 1;
        expect(flaw?.at ?? 0).toBeLessThanOrEqual(bytes.length);
      }
    expect(found).toBeGreaterThan(rich.length);
  });
});
