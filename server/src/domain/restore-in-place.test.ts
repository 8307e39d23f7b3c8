import type { RestoreId } from '@holdfast/shared/ids';
import type { ManifestNamespace } from '@holdfast/shared/manifest';
import type { RestoreMode } from '@holdfast/shared/restore';
import { describe, expect, it } from 'vitest';
import { type IdentifiedNamespace, inPlaceJournal } from './restore-in-place.ts';

type Kind = ManifestNamespace['type'];

const restoreId = `${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}` as RestoreId;
const own = (name: string) => `hf_${'0'.repeat(32)}_${name}`;
const database = 'shop';

function placed(collection: string, type: Kind = 'collection') {
  const nothing = { options: {}, indexes: [], documents: 0, bytes: 0, fingerprint: '0'.repeat(32), crc64: '0' };
  return { namespace: { database, collection, type, ...nothing }, database, collection };
}

function live(collection: string, type: Kind = 'collection', options = {}): IdentifiedNamespace {
  return { database, collection, type, options, uuid: type === 'view' ? null : `uuid of ${collection}` };
}

function journal(
  of: readonly ReturnType<typeof placed>[],
  there: readonly IdentifiedNamespace[],
  mode: RestoreMode = 'replace',
) {
  const names = new Set(of.map(({ collection }) => collection));
  const drops = ({ collection }: { collection: string }) => mode === 'exact' && !names.has(collection);
  const { staged, ...rest } = inPlaceJournal({ restoreId, mode, scope: { placed: of, drops }, live: there });
  return { staged: staged.map((one) => `${one.collection} for ${one.live}`), ...rest };
}

const nothing = { staged: [], swaps: [], rewrites: [], merges: [] };

describe('what takes which place, and how', () => {
  it('a collection: swapped, whether one is there or not', () => {
    expect(journal([placed('a'), placed('b')], [live('a')])).toStrictEqual({
      ...nothing,
      staged: [`${own('0')} for a`, `${own('1')} for b`],
      swaps: [
        { database, live: 'a', shadow: own('0'), undo: own('u0') },
        { database, live: 'b', shadow: own('1'), undo: own('u1') },
      ],
    });
  });

  it.each(['view', 'timeseries'] as const)('a %s: rewritten; a collection there is moved away for the undo', (type) => {
    expect(
      journal([placed('a', type), placed('b', type), placed('c', type)], [live('a'), live('b', 'timeseries')]),
    ).toStrictEqual({
      ...nothing,
      staged: [`${own('0')} for a`, `${own('1')} for b`, `${own('2')} for c`],
      swaps: [{ database, live: 'a', shadow: null, undo: own('u0') }],
      rewrites: [
        { database, live: 'a', shadow: own('0'), type, was: 'collection' },
        { database, live: 'b', shadow: own('1'), type, was: 'timeseries', replaces: 'uuid of b' },
        { database, live: 'c', shadow: own('2'), type, was: 'none' },
      ],
    });
  });

  it('a collection where a view or a time-series is, and stored functions: rewritten', () => {
    const there = [live('a', 'view'), live('b', 'timeseries'), live('system.js')];
    expect(journal([placed('a'), placed('b'), placed('system.js')], there)).toMatchObject({
      swaps: [],
      rewrites: [
        { live: 'a', shadow: own('0'), type: 'collection' },
        { live: 'b', shadow: own('1'), type: 'collection', replaces: 'uuid of b' },
        { live: 'system.js', shadow: own('2'), type: 'collection' },
      ],
    });
  });
});

it('exact: what the backup does not have goes, each under a name of its own', () => {
  const there = [live('a'), live('b'), live('v', 'view'), live('m', 'timeseries')];
  expect(journal([placed('a')], there, 'exact')).toMatchObject({
    swaps: [
      { live: 'a', shadow: own('0'), undo: own('u0') },
      { live: 'b', shadow: null, undo: own('u1') },
    ],
    rewrites: [
      { live: 'v', shadow: null, type: 'none', was: 'view' },
      { live: 'm', shadow: null, type: 'none', replaces: 'uuid of m' },
    ],
  });
});

it('merge: only into plain collections; what is missing is added, and the rest is not even staged', () => {
  const of = [placed('a'), placed('new'), placed('v', 'view'), placed('capped'), placed('m', 'timeseries')];
  const there = [live('a'), live('v', 'view'), live('capped', 'collection', { capped: true })];
  expect(journal(of, there, 'merge')).toStrictEqual({
    staged: [`${own('0')} for a`, `${own('1')} for new`, `${own('2')} for m`],
    swaps: [{ database, live: 'new', shadow: own('1'), undo: own('u1') }],
    rewrites: [{ database, live: 'm', shadow: own('2'), type: 'timeseries', was: 'none' }],
    merges: [{ database, live: 'a', shadow: own('0'), undo: own('u0') }],
  });
});
