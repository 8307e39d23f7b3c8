// Every BSON type and the values at its edges, one document each: what a careless copy rounds, drops or reorders.
import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  type Document,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
} from 'bson';
import type { Collection } from 'mongodb';
import type { SampleCollection } from './sample-collection.ts';
import { randomFor } from './seeded-random.ts';

/** One document per kind of value, named by what it is. */
export const bsonTypes: SampleCollection = {
  name: 'bsonTypes',
  documents: () => Object.entries(values()).map(([name, value]) => ({ _id: name, value, again: [value, { value }] })),
};

/** Keys of every type that a key may have: they have an order of their own. */
export const identifiers: SampleCollection = {
  name: 'identifiers',
  documents: () => keys().map((key, index) => ({ _id: key, inserted: new Int32(index) })),
};

const someId = new ObjectId('65a1b2c3d4e5f60718293a4b');

function values(): Document {
  return { ...numbers(), ...dates(), ...binaries(), ...code(), ...texts(), ...structures() };
}

function numbers(): Document {
  return {
    'double: whole': new Double(1),
    'double: negative zero': new Double(-0),
    'double: not a number': new Double(Number.NaN),
    'double: infinity': new Double(Number.POSITIVE_INFINITY),
    'double: negative infinity': new Double(Number.NEGATIVE_INFINITY),
    'double: smallest': new Double(Number.MIN_VALUE),
    'double: largest': new Double(Number.MAX_VALUE),
    'double: a tenth': new Double(0.1),
    'int32: lowest': new Int32(-2_147_483_648),
    'int32: highest': new Int32(2_147_483_647),
    'int64: small': Long.fromNumber(1),
    'int64: beyond 2^53': Long.fromString('9007199254740993'),
    'int64: lowest': Long.MIN_VALUE,
    'int64: highest': Long.MAX_VALUE,
    'decimal: trailing zeros': Decimal128.fromString('1.500'),
    'decimal: negative zero': Decimal128.fromString('-0'),
    'decimal: zero with an exponent': Decimal128.fromString('0E+3'),
    'decimal: 34 digits': Decimal128.fromString('9.999999999999999999999999999999999E+6144'),
    'decimal: smallest': Decimal128.fromString('1E-6176'),
    'decimal: not a number': Decimal128.fromString('NaN'),
    'decimal: infinity': Decimal128.fromString('-Infinity'),
    'boolean: true': true,
    'boolean: false': false,
    null: null,
  };
}

function dates(): Document {
  return {
    'date: the epoch': new Date(0),
    'date: before 1970': new Date(Date.UTC(1871, 0, 18, 13, 30, 0, 1)),
    'date: year one': new Date(-62_135_596_800_000),
    'date: after 9999': new Date(Date.UTC(12_026, 5, 1)),
    'date: the last that JavaScript knows': new Date(8_640_000_000_000_000),
    'timestamp: an operation': new Timestamp({ t: 1_767_225_600, i: 7 }),
    'timestamp: the highest': new Timestamp({ t: 0xffff_ffff, i: 0xffff_ffff }),
  };
}

function binaries(): Document {
  const bytes = randomFor('binary', 0).bytes(48);
  return {
    'binary: generic': new Binary(bytes),
    'binary: empty': new Binary(Buffer.alloc(0)),
    'binary: function': new Binary(bytes, Binary.SUBTYPE_FUNCTION),
    'binary: old format': new Binary(bytes, Binary.SUBTYPE_BYTE_ARRAY),
    'binary: old UUID': new Binary(bytes.subarray(0, 16), Binary.SUBTYPE_UUID_OLD),
    'binary: UUID': new UUID('0190b6f0-7c1a-7d3e-8f45-0123456789ab'),
    'binary: MD5': new Binary(bytes.subarray(0, 16), Binary.SUBTYPE_MD5),
    'binary: user defined': new Binary(bytes, 0x80),
    'binary: with a text end in it': new Binary(Buffer.from('before\0after\0')),
    'object id': someId,
  };
}

function code(): Document {
  return {
    'javascript: plain': new Code('function () { return "é"; }'),
    'javascript: with scope': new Code('return factor * 2;', {
      factor: new Double(1.5),
      deep: { list: [new Int32(1)] },
    }),
    'regular expression': new BSONRegExp('^caf(é|e)\\s', 'imx'),
    'regular expression: empty': new BSONRegExp('', ''),
    symbol: new BSONSymbol('oldSymbol'),
    'min key': new MinKey(),
    'max key': new MaxKey(),
    'reference by convention': { $ref: 'customers', $id: someId, $db: 'crm' },
  };
}

function texts(): Document {
  return {
    'string: empty': '',
    'string: composed and decomposed': ['Zo\u00eb', 'Zoe\u0308'],
    'string: beyond the basic plane': '𝒳 𠮷野家 👩🏽‍🚀',
    'string: right to left': 'مرحبا \u202eabc\u202c',
    'string: with a zero': 'before\0after',
    'string: lines': 'one\r\ntwo\u2028three\ttab',
    'string: long': 'Œuvre complète. '.repeat(4000),
  };
}

function structures(): Document {
  return {
    'document: empty': {},
    'array: empty': [],
    'array: nested': [[[]], [[new Int32(1)], {}], [null, [true, [false]]]],
    'array: mixed': [new Double(1), new Int32(1), Long.fromNumber(1), Decimal128.fromString('1'), '1', null],
    'document: deep': deep(60),
    'document: order of fields': { z: new Int32(1), a: new Int32(2), '10': new Int32(3), b: new Int32(5) },
    'document: names': {
      '': new Int32(0),
      ' ': new Int32(1),
      ключ: new Int32(2),
      鍵: new Int32(3),
      '🔑': new Int32(4),
    },
  };
}

function deep(levels: number): Document {
  return levels === 0 ? { bottom: true } : { level: new Int32(levels), inner: deep(levels - 1) };
}

function keys(): unknown[] {
  return [
    new MaxKey(),
    new MinKey(),
    null,
    new Int32(-1),
    new Double(-0.5),
    new Int32(0),
    Long.fromString('9007199254740993'),
    new Double(9_007_199_254_740_992),
    Decimal128.fromString('0.10'),
    new Double(Number.NaN),
    new Double(Number.POSITIVE_INFINITY),
    '',
    'Z',
    'a',
    'é',
    new BSONSymbol('s'),
    {},
    { b: new Int32(1), a: new Int32(1) },
    { a: new Int32(1), b: new Int32(1) },
    new Binary(Buffer.from([1, 2, 3])),
    new UUID('0190b6f0-7c1a-4d3e-8f45-0123456789ab'),
    new ObjectId('000000000000000000000001'),
    someId,
    false,
    true,
    new Date(Date.UTC(1871, 0, 18)),
    new Date(Date.UTC(2026, 0, 1)),
    new Timestamp({ t: 1, i: 1 }),
  ];
}

/** Names with dots and dollars inside documents: every server stores them; at the top only server 5.0 and later. */
export function awkwardNames(serverMajor: number): Document[] {
  const inner = { _id: 'field names: inner', value: { 'a.b': new Int32(1), a$b: new Int32(2), '...': { '.': '' } } };
  if (serverMajor < 5) return [inner];
  return [
    inner,
    { _id: 'field names: outer', 'price.€': new Double(1.5), $cost: new Int32(2), 'a.b.c': [{ $inc: {} }] },
  ];
}

/**
 * Adds the two types that no driver writes any more, with the server's own JavaScript. Returns how many documents were
 * added: none where server-side JavaScript is switched off.
 */
export async function addRetiredTypes(collection: Collection<Document>): Promise<number> {
  const body = `function () {
    return { undefined: undefined, pointer: new DBPointer('shop.customers', ObjectId('${someId.toHexString()}')) };
  }`;
  const pipeline = [
    { $match: { _id: 'null' } },
    { $project: { _id: 'retired types', value: { $function: { body, args: [], lang: 'js' } } } },
    { $merge: { into: collection.collectionName } },
  ];
  try {
    await collection.aggregate(pipeline).toArray();
  } catch {
    return 0;
  }
  return 1;
}
