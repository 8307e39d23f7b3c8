import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editJsonStrings } from './edit-json.ts';

describe('editJsonStrings', () => {
  it('leaves every character of any JSON text when nothing is edited', () => {
    fc.assert(
      fc.property(fc.json(), fc.integer({ min: 0, max: 3 }), (json, indent) => {
        const text = JSON.stringify(JSON.parse(json), null, indent);
        expect(editJsonStrings(text, () => undefined)).toBe(text);
      }),
    );
  });

  it('asks for every string value by its path, and for nothing else', () => {
    const asked: unknown[] = [];
    editJsonStrings(
      ' { "a" : "x" , "b" : [ 1, "y", { "c\\"" : "z\\n" } ], "d": null, "e": {}, "f": [] } ',
      (...args) => {
        asked.push(args);
        return undefined;
      },
    );
    expect(asked).toStrictEqual([
      [['a'], 'x'],
      [['b', 1], 'y'],
      [['b', 2, 'c"'], 'z\n'],
    ]);
  });

  it('replaces values and keeps the order of keys that look like numbers, and keys that are there twice', () => {
    const text = '{"key":{"b":1,"1":1,"a":-1,"0":"x"},"name":"old","name":"old"}';
    const edited = editJsonStrings(text, (_, value) => (value === 'old' ? 'n"e\u0000w' : undefined));
    expect(edited).toBe('{"key":{"b":1,"1":1,"a":-1,"0":"x"},"name":"n\\"e\\u0000w","name":"n\\"e\\u0000w"}');
  });

  it.each(['', '{', '{"a"}', '{"a":}', '[1,]', '[1 2]', '"a', '{} {}', 'nope', '{"a":1,,"b":2}'])(
    'refuses %j',
    (text) => {
      expect(() => editJsonStrings(text, () => undefined)).toThrow(SyntaxError);
    },
  );
});
