// Numbers of any BSON type, compared as MongoDB compares them: by what they are worth, exactly, whatever type holds them.
import { Decimal128 } from 'bson';
import { type BsonValue, bsonType } from './bson-elements.ts';

const numberTypes: ReadonlySet<number> = new Set([
  bsonType.double,
  bsonType.int32,
  bsonType.int64,
  bsonType.decimal128,
]);

export function isNumber({ type }: BsonValue): boolean {
  return numberTypes.has(type);
}

/**
 * The same text for numbers that are equal, and only for them: sign, significant digits and power of ten. Of a double so many
 * that it equals no decimal but its very own: 0.1 the double is not 0.1 the decimal.
 */
export function numberKey({ type, bytes, start }: BsonValue): string {
  switch (type) {
    case bsonType.int32:
      return scientific(String(bytes.readInt32LE(start)));
    case bsonType.int64:
      return scientific(String(bytes.readBigInt64LE(start)));
    case bsonType.double:
      return doubleKey(bytes.readDoubleLE(start));
    default:
      return scientific(new Decimal128(bytes.subarray(start, start + 16)).toString());
  }
}

/** A test for numbers equal to this one, quick for the types that most numbers have. */
export function equalsNumber(wanted: BsonValue): (value: BsonValue) => boolean {
  const key = numberKey(wanted);
  const nearest = nearestDouble(wanted);
  const asDouble = doubleKey(nearest) === key ? nearest : null;
  return (value) => {
    const { type, bytes, start } = value;
    // Both are held exactly by a double, or are none of these.
    if (type === bsonType.int32) return asDouble === bytes.readInt32LE(start);
    if (type === bsonType.double) return asDouble !== null && sameDouble(bytes.readDoubleLE(start), asDouble);
    return isNumber(value) && numberKey(value) === key;
  };
}

function nearestDouble({ type, bytes, start }: BsonValue): number {
  if (type === bsonType.double) return bytes.readDoubleLE(start);
  if (type === bsonType.int32) return bytes.readInt32LE(start);
  if (type === bsonType.int64) return Number(bytes.readBigInt64LE(start));
  return Number(new Decimal128(bytes.subarray(start, start + 16)).toString());
}

/** NaN equals itself, and the zeros one another. */
function sameDouble(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

/** Three times as many as a decimal holds. */
const doubleDigits = 100;

function doubleKey(value: number): string {
  return Number.isFinite(value) ? scientific(value.toExponential(doubleDigits)) : String(value);
}

/** `12.50E+1` -> `125e2`; what is no number with digits stays as it is. */
function scientific(text: string): string {
  const found = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (found === null) return text;
  const [, sign, whole = '', fraction = '', power = '0'] = found;
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return '0';
  const exponent = Number(power) + whole.length - 1 - (whole.length + fraction.length - digits.length);
  return `${sign}${digits.replace(/0+$/, '')}e${exponent}`;
}
