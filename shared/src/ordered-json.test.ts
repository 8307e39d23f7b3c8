import { describe, expect, it } from 'vitest';
import { type JsonNode, parseOrderedJson } from './ordered-json.ts';

/** What JSON.parse would have made of it. */
function plain(node: JsonNode): unknown {
  switch (node.kind) {
    case 'object':
      return Object.fromEntries(node.entries.map(([key, value]) => [key, plain(value)]));
    case 'array':
      return node.items.map(plain);
    case 'number':
      return Number(node.source);
    default:
      return node.value;
  }
}

describe('JSON as it is written', () => {
  it.each([
    'null',
    ' [ ] ',
    '{"a":{"b":[1,-2.5,1e3,1E-7,0,true,false,null,"",{}]},"":[[]]}',
    '"\\u00e9\\n\\\\ \\/ 人 \\ud83d\\ude00 \u2028"',
    '{\n\t"a" : [ 1 ,\r\n 2 ] }',
  ])('reads what JSON.parse reads: %s', (text) => {
    expect(plain(parseOrderedJson(text))).toEqual(JSON.parse(text));
  });

  it('keeps the order of keys, keys that are there twice, and digits', () => {
    expect(parseOrderedJson('{"10":1,"2":9007199254740993,"2":-0.0,"__proto__":null}')).toEqual({
      kind: 'object',
      entries: [
        ['10', { kind: 'number', source: '1' }],
        ['2', { kind: 'number', source: '9007199254740993' }],
        ['2', { kind: 'number', source: '-0.0' }],
        ['__proto__', { kind: 'literal', value: null }],
      ],
    });
  });

  it.each([
    ['', 0, 'ends-early'],
    ['{', 1, 'ends-early'],
    ['{"a":1', 6, 'ends-early'],
    ['{a: 1}', 1, 'name-expected'],
    ["{'a': 1}", 1, 'name-expected'],
    ['{"a" 1}', 5, 'colon-expected'],
    ['{"a": 1 "b": 2}', 8, 'separator-expected'],
    ['{"a": ObjectId("x")}', 6, 'value-expected'],
    ['{"a": "x', 6, 'text-unended'],
    ['[1,]', 3, 'value-expected'],
    ['{"a": 01}', 7, 'separator-expected'],
    ['{} {}', 3, 'something-follows'],
    ['['.repeat(5_000), 601, 'too-deep'],
  ])('says what is wrong with %j, and where', (text, at, code) => {
    expect(() => parseOrderedJson(text)).toThrow(expect.objectContaining({ at, code }));
  });
});
