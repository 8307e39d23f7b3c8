import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dropFromJson, editJsonStrings } from './edit-json.ts';

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

describe('dropFromJson', () => {
  const without = (text: string, ...paths: string[]) => dropFromJson(text, (path) => paths.includes(path.join('.')));

  it('leaves what JSON.parse and a filter leave, for any JSON text and any members', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.integer({ min: 0, max: 2 }), fc.nat(6), (json, indent, salt) => {
        const drops = (path: readonly (string | number)[]) =>
          path.length > 0 && (path.map(String).join('').length + path.length + salt) % 3 === 0;
        const text = JSON.stringify(JSON.parse(json), null, indent);
        expect(JSON.parse(dropFromJson(text, drops))).toStrictEqual(filtered(JSON.parse(text), drops));
      }),
    );
  });

  it('takes the comma along, and keeps the order of keys that look like numbers', () => {
    expect(without('{"b":1,"a":2,"1":3}', 'b')).toBe('{"a":2,"1":3}');
    expect(without('{"b":1,"a":2,"1":3}', 'a')).toBe('{"b":1,"1":3}');
    expect(without('{"b":1,"a":2,"1":3}', '1')).toBe('{"b":1,"a":2}');
    expect(without('{"b":1,"a":2,"1":3}', 'b', 'a')).toBe('{"1":3}');
    expect(without('[{"x":{"y":1}},[2]]', '0.x', '1')).toBe('[{}]');
    expect(without('[{"x":{"y":1}},[2]]', '0.x', '0')).toBe('[[2]]');
  });
});

function filtered(
  value: unknown,
  drops: (path: readonly (string | number)[]) => boolean,
  path: readonly (string | number)[] = [],
): unknown {
  if (Array.isArray(value)) {
    const kept = value.flatMap((one, place) => (drops([...path, place]) ? [] : [[one, place] as const]));
    return kept.map(([one, place]) => filtered(one, drops, [...path, place]));
  }
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !drops([...path, key]));
  // As JSON.parse makes them, `__proto__` too.
  const made = {};
  for (const [key, one] of kept) {
    const options = { enumerable: true, configurable: true, writable: true };
    Object.defineProperty(made, key, { value: filtered(one, drops, [...path, key]), ...options });
  }
  return made;
}
