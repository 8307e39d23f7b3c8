import { describe, expect, it } from 'vitest';
import { InvalidFilter, parseFilter } from './parse-filter.ts';

describe('a filter that cannot be used', () => {
  it.each([
    ['', 'it ends early, at character 1'],
    ['[]', 'it must be an object, such as {"status": "paid"}'],
    ['"x"', 'it must be an object'],
    ['{status: "paid"}', 'a name in double quotes must stand here, at character 2'],
    ['{"_id": ObjectId("507f1f77bcf86cd799439011")}', 'a value must stand here'],
    ['{"a": {"$gt": 5}}', '$gt is not supported: fields are compared with values only'],
    ['{"a": {"b": {"$in": [1]}}}', '$in is not supported'],
    ['{"$or": [{"a": 1}]}', '$or is not supported'],
    ['{"a": {"$regularExpression": {"pattern": "x", "options": ""}}}', 'regular expressions are not supported'],
    ['{"a": {"$oid": "short"}}', 'the value of $oid is not understood'],
    ['{"a": {"$oid": "507f1f77bcf86cd799439011", "more": 1}}', 'the value of $oid is not understood'],
    ['{"a": {"$date": "yesterday"}}', 'the value of $date is not understood'],
    ['{"a": {"$numberDecimal": "many"}}', 'the value of $numberDecimal is not understood'],
    ['{"a": {"$undefined": true}}', '$undefined is not supported'],
    ['{"a": 9223372036854775808}', 'does not fit into 64 bits; write {"$numberDecimal": "9223372036854775808"}'],
    ['{"a": {"b": 1, "b": 2}}', 'an object in it has the key b twice'],
  ])('is refused with what is wrong: %s', (text, problem) => {
    expect(() => parseFilter(text)).toThrow(InvalidFilter);
    expect(() => parseFilter(text)).toThrow(problem);
  });
});

describe('a filter for one document', () => {
  it('is one that asks for its _id', () => {
    expect(parseFilter('{"_id": 1, "a": 2}').isForOne).toBe(true);
    expect(parseFilter('{"_id.a": 1}').isForOne).toBe(false);
    expect(parseFilter('{"a": 2}').isForOne).toBe(false);
  });
});
