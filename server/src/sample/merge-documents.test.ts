import { Double, Int32, serialize } from 'bson';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeDocuments } from './merge-documents.ts';

describe('the merge of two streams of documents', () => {
  test('finds nothing between equal streams and asks for nothing', async () => {
    const documents = [1, 2, 3].map((key) => document(key));
    expect(await merge(documents, documents)).toEqual({ found: [], asked: 0, documents: 3, bytes: 3 * 29 });
  });

  test('names what is missing at the beginning, in the middle and at the end', async () => {
    const { found } = await merge(
      [1, 2, 3, 4].map((key) => document(key)),
      [document(2), document(4, 'x')].slice(0, 1),
    );
    expect(found).toEqual(['missing 1', 'missing 3', 'missing 4']);
  });

  test('names what is extra, asking once for all that comes before one expected document', async () => {
    const { found, asked } = await merge(
      [document(9)],
      [1, 2, 3, 9, 10].map((key) => document(key)),
    );
    expect(found).toEqual(['extra 1', 'extra 2', 'extra 3', 'extra 10']);
    expect(asked).toBe(1);
  });

  test('takes a key of another number type for the same document, changed', async () => {
    const [was, is] = [document(2), Buffer.from(serialize({ _id: new Double(2), text: 'same' }))];
    expect((await merge([document(1), was, document(3)], [document(1), is, document(3)])).found).toEqual(['differs 2']);
  });

  test('sees a change of type that leaves the value as it was', async () => {
    const [was, is] = [{ value: new Int32(1) }, { value: new Double(1) }].map((rest) =>
      Buffer.from(serialize({ _id: 1, ...rest })),
    );
    expect((await merge([was as Buffer], [is as Buffer])).found).toEqual(['differs 1']);
  });

  test('agrees with a comparison of sets, whatever was lost, added and changed', async () => {
    const side = fc.uniqueArray(fc.record({ key: fc.integer({ min: 0, max: 12 }), text: fc.constantFrom('a', 'b') }), {
      selector: ({ key }) => key,
    });
    await fc.assert(
      fc.asyncProperty(side, side, async (was, is) => {
        const { found } = await merge(sorted(was), sorted(is));
        expect([...found].sort()).toEqual(bySets(was, is).sort());
      }),
    );
  });

  test('closes both streams when asking fails', async () => {
    const closed: string[] = [];
    const stream = async function* (name: string, key: number) {
      try {
        yield document(key);
      } finally {
        closed.push(name);
      }
    };
    const failing = () => Promise.reject(new Error('no server'));
    const ignore = { missing() {}, extra() {}, differs() {} };
    await expect(mergeDocuments(stream('expected', 1), stream('actual', 2), failing, ignore)).rejects.toThrow(
      'no server',
    );
    expect(closed.sort()).toEqual(['actual', 'expected']);
  });
});

interface Item {
  readonly key: number;
  readonly text: string;
}

function document(key: number, text = 'same'): Buffer {
  return Buffer.from(serialize({ _id: new Int32(key), text }));
}

function sorted(items: readonly Item[]): Buffer[] {
  return items.toSorted((a, b) => a.key - b.key).map(({ key, text }) => document(key, text));
}

function bySets(was: readonly Item[], is: readonly Item[]): string[] {
  const [before, now] = [was, is].map((items) => new Map(items.map(({ key, text }) => [key, text]))) as [
    Map<number, string>,
    Map<number, string>,
  ];
  const kind = (key: number) => (!now.has(key) ? 'missing' : !before.has(key) ? 'extra' : 'differs');
  const keys = [...new Set([...before.keys(), ...now.keys()])].filter((key) => before.get(key) !== now.get(key));
  return keys.map((key) => `${kind(key)} ${key}`);
}

async function merge(expected: readonly Buffer[], actual: readonly Buffer[]) {
  const found: string[] = [];
  let asked = 0;
  const lookUp = async (id: unknown) => {
    asked += 1;
    return actual.find((raw) => numberOf(raw) === Number(id)) ?? null;
  };
  const read = await mergeDocuments(streamOf(expected), streamOf(actual), lookUp, {
    missing: (id) => found.push(`missing ${Number(id)}`),
    extra: (id) => found.push(`extra ${Number(id)}`),
    differs: (id) => found.push(`differs ${Number(id)}`),
  });
  return { found, asked, ...read };
}

function numberOf(raw: Buffer): number {
  return raw.readUInt8(4) === 0x01 ? raw.readDoubleLE(9) : raw.readInt32LE(9);
}

async function* streamOf(documents: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* documents;
}
