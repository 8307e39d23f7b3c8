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
    ['', 0, 'it ends early'],
    ['{', 1, 'a name in double quotes must stand here'],
    ['{a: 1}', 1, 'a name in double quotes must stand here'],
    ["{'a': 1}", 1, 'a name in double quotes must stand here'],
    ['{"a" 1}', 5, '":" must stand here'],
    ['{"a": 1 "b": 2}', 8, '"," or "}" must stand here'],
    ['{"a": ObjectId("x")}', 6, 'a value must stand here'],
    ['{"a": "x', 6, 'the text that begins here does not end'],
    ['[1,]', 3, 'a value must stand here'],
    ['{"a": 01}', 7, '"," or "}" must stand here'],
    ['{} {}', 3, 'something follows its end'],
    ['['.repeat(5_000), 601, 'nested too deeply'],
  ])('says what is wrong with %j, and where', (text, at, message) => {
    expect(() => parseOrderedJson(text)).toThrow(
      expect.objectContaining({ at, message: expect.stringContaining(message) }),
    );
  });
});
