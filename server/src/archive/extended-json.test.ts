import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  deserialize,
  EJSON,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  serialize,
  Timestamp,
} from 'bson';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bsonDocument } from '../testing/arbitrary-dump.ts';
import { rawDocument } from '../testing/raw-document.ts';
import { extendedJson } from './extended-json.ts';

const canonical = (bytes: Uint8Array) => extendedJson(Buffer.from(bytes), 0, 'canonical');
const relaxed = (bytes: Uint8Array) => extendedJson(Buffer.from(bytes), 0, 'relaxed');

describe('canonical extended JSON', () => {
  it('gives back the very bytes of any document', () => {
    fc.assert(
      fc.property(bsonDocument, (bytes) => {
        expect(Buffer.from(serialize(EJSON.parse(canonical(bytes), { relaxed: false })))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('gives back the very bytes of every type', () => {
    const bytes = serialize({
      double: new Double(1.5),
      whole: new Double(3),
      minusZero: new Double(-0),
      notANumber: new Double(Number.NaN),
      infinite: new Double(Number.NEGATIVE_INFINITY),
      huge: new Double(1e300),
      int: new Int32(-7),
      long: Long.fromString('9223372036854775807'),
      decimal: Decimal128.fromString('-1.2300E+6000'),
      date: new Date('1969-12-31T23:59:59.999Z'),
      late: new Date(8.64e15),
      oid: new ObjectId('507f1f77bcf86cd799439011'),
      binary: new Binary(Buffer.from([1, 2, 3]), 0x80),
      old: new Binary(Buffer.from([1, 2, 3]), 2),
      regex: new BSONRegExp('a"\\d', 'im'),
      code: new Code('f()'),
      scoped: new Code('g()', { x: new Int32(1) }),
      symbol: new BSONSymbol('s'),
      timestamp: new Timestamp({ t: 4_294_967_295, i: 7 }),
      least: new MinKey(),
      most: new MaxKey(),
      nothing: null,
      text: 'ünï "quoted" \u0000 \u2028 人',
      list: [new Int32(1), [new Double(2)], {}],
      nested: { a: { b: [] } },
      flag: false,
    });
    expect(Buffer.from(serialize(EJSON.parse(canonical(bytes), { relaxed: false })))).toEqual(Buffer.from(bytes));
    expect(canonical(bytes)).toBe(EJSON.stringify(deserialize(bytes, { promoteValues: false }), { relaxed: false }));
  });

  it('keeps what an object would lose', () => {
    const bytes = rawDocument([
      ['10', new Int32(1)],
      ['2', new Int32(2)],
      ['__proto__', { polluted: true }],
      ['twice', new Int32(1)],
      ['twice', new Int32(2)],
    ]);
    expect(canonical(bytes)).toBe(
      '{"10":{"$numberInt":"1"},"2":{"$numberInt":"2"},"__proto__":{"polluted":true},' +
        '"twice":{"$numberInt":"1"},"twice":{"$numberInt":"2"}}',
    );
  });

  it('writes dates that no Date can hold, and types that are no longer made', () => {
    const date = Buffer.from(serialize({ d: new Date(0) }));
    date.writeBigInt64LE(9_223_372_036_854_775_807n, 7);
    expect(canonical(date)).toBe('{"d":{"$date":{"$numberLong":"9223372036854775807"}}}');
    expect(relaxed(date)).toBe('{"d":{"$date":{"$numberLong":"9223372036854775807"}}}');
    const pointer = Buffer.concat([Buffer.from([0, 0, 0, 0, 0x0c, 0x70, 0]), Buffer.from('\x04\0\0\0c.d\0', 'latin1')]);
    const bytes = Buffer.concat([pointer, Buffer.alloc(12, 0xab), Buffer.from([0x06, 0x75, 0, 0])]);
    bytes.writeInt32LE(bytes.length, 0);
    expect(canonical(bytes)).toBe(
      '{"p":{"$dbPointer":{"$ref":"c.d","$id":{"$oid":"abababababababababababab"}}},"u":{"$undefined":true}}',
    );
  });
});

describe('relaxed extended JSON', () => {
  it('writes numbers that every reader reads alike as numbers, and doubles apart from integers', () => {
    const bytes = serialize({
      a: new Int32(1),
      b: new Double(1),
      c: Long.fromNumber(5_000_000_000),
      d: Long.fromString('9007199254740993'),
      e: new Double(-0),
      f: new Double(Number.POSITIVE_INFINITY),
      g: new Date('2026-11-24T02:30:00Z'),
      h: new Date('2026-11-24T02:30:00.007Z'),
    });
    expect(relaxed(bytes)).toBe(
      '{"a":1,"b":1.0,"c":5000000000,"d":{"$numberLong":"9007199254740993"},"e":-0.0,"f":{"$numberDouble":"Infinity"},' +
        '"g":{"$date":"2026-11-24T02:30:00Z"},"h":{"$date":"2026-11-24T02:30:00.007Z"}}',
    );
  });
});

describe('what is no BSON', () => {
  it('is refused as damage, wherever a length is wrong', () => {
    const good = Buffer.from(serialize({ a: 'text', b: { c: [1, 2, { d: new Binary(Buffer.alloc(9)) }] }, e: /x/i }));
    for (let at = 0; at < good.length; at += 1) {
      for (const value of [0, 1, 0x7e, 0xff]) {
        const bad = Buffer.from(good);
        bad[at] = value;
        try {
          JSON.parse(canonical(bad));
        } catch (error) {
          expect(error).toMatchObject({ reason: 'archive-damaged' });
        }
      }
    }
  });

  it('is refused when it is nested without end', () => {
    let bytes = Buffer.from(serialize({}));
    for (let depth = 0; depth < 20_000; depth += 1) {
      const around = Buffer.concat([Buffer.from([0, 0, 0, 0, 3, 0x61, 0]), bytes, Buffer.from([0])]);
      around.writeInt32LE(around.length, 0);
      bytes = around;
      if (depth > 600) break;
    }
    expect(() => canonical(bytes)).toThrow(expect.objectContaining({ reason: 'archive-damaged' }));
  });
});
