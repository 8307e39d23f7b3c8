import { parseOrderedJson } from '@holdfast/shared/ordered-json';
import { describe, expect, it } from 'vitest';
import { typedValue } from './typed-value.ts';

const typed = (text: string) => typedValue(parseOrderedJson(text));

describe('a value of extended JSON', () => {
  it.each([
    ['"a"', 'text', 'a', 'string'],
    ['null', 'value', 'null', ''],
    ['true', 'value', 'true', 'bool'],
    ['{"$numberInt":"1"}', 'value', '1', 'int32'],
    ['{"$numberLong":"9007199254740993"}', 'value', '9007199254740993', 'int64'],
    ['{"$numberDouble":"-0.0"}', 'value', '-0.0', 'double'],
    ['{"$numberDecimal":"1.10"}', 'value', '1.10', 'decimal128'],
    ['{"$oid":"507f1f77bcf86cd799439011"}', 'value', '507f1f77bcf86cd799439011', 'objectId'],
    ['{"$date":{"$numberLong":"0"}}', 'value', '1970-01-01T00:00:00.000Z', 'date'],
    ['{"$date":{"$numberLong":"9223372036854775807"}}', 'value', '9223372036854775807 ms', 'date'],
    ['{"$timestamp":{"t":1,"i":2}}', 'value', '1, 2', 'timestamp'],
    ['{"$binary":{"base64":"AQID","subType":"00"}}', 'value', 'AQID', 'binary 00, 3 B'],
    [
      '{"$binary":{"base64":"AZNZLn9scACAAAAAAAAAAQ==","subType":"04"}}',
      'value',
      '0193592e-7f6c-7000-8000-000000000001',
      'uuid',
    ],
    ['{"$regularExpression":{"pattern":"^a","options":"i"}}', 'value', '/^a/i', 'regex'],
    ['{"$code":"f()"}', 'text', 'f()', 'code'],
    ['{"$minKey":1}', 'value', 'MinKey', ''],
    ['{"$undefined":true}', 'value', 'undefined', ''],
  ])('%s', (text, kind, shown, type) => {
    expect(typed(text)).toEqual({ kind, text: shown, type });
  });

  it('is a container with its entries in their order, also of what only looks like a type', () => {
    expect(typed('{"2":1,"1":2,"2":3}')).toMatchObject({
      kind: 'object',
      entries: [
        ['2', {}],
        ['1', {}],
        ['2', {}],
      ],
    });
    expect(typed('[1,[2]]')).toMatchObject({
      kind: 'array',
      entries: [
        ['0', {}],
        ['1', {}],
      ],
    });
    for (const text of ['{"$oid":"x","a":1}', '{"$other":"x"}', '{"$ref":"a","$id":1}', '{}', '{"$date":1}'])
      expect(typed(text)).toMatchObject({ kind: 'object' });
  });
});
