import type { Restore } from '@holdfast/shared/restore';
import { flatten, translator } from '@solid-primitives/i18n';
import { describe, expect, it } from 'vitest';
import { en } from '../i18n/en/dictionary.ts';
import { createFormats } from '../i18n/formats.ts';
import { sampleBackup, sampleFailure, sampleRestore, sampleRestoreTest } from '../testing/samples.ts';
import { restoreTestToast, restoreToast } from './outcome-toast.ts';

const t = translator(() => flatten(en));
const f = createFormats('en', 'UTC');
const say = (change: Partial<Restore>) => {
  const toast = restoreToast(t, f, sampleRestore(change));
  return toast && `${toast.title} | ${toast.text}`;
};
const kept = { state: 'kept', until: '2099-03-27T10:52:00.000Z', bytes: 1, by: null } as const;
const merged = { inserted: 3_120, identical: 9, colliding: 1 };

describe('the toast of a restore', () => {
  const endings: [Partial<Restore>, string][] = [
    [{ databases: ['shop'] }, 'shop-prod is restored | Replaced in place: shop.'],
    [
      { databases: ['shop'], undo: kept },
      'shop-prod is restored | Replaced in place: shop. It can be taken back until Fri 27 Mar 2099, 10:52.',
    ],
    [{ target: { kind: 'copy' }, databases: ['shop_copy'] }, 'shop-prod is restored | The copy is in shop_copy.'],
    [{ merged, databases: ['shop'] }, 'shop-prod is restored | 3,120 documents inserted.'],
  ];
  it.each(endings)('%j', (change, expected) => {
    expect(say({ status: 'completed', ...change })).toBe(expected);
  });

  it('of an undo says that it was taken back', () => {
    expect(say({ status: 'completed', undoOf: sampleRestore().id, databases: ['shop'] })).toMatch(
      /^The restore of shop-prod is taken back/,
    );
  });

  it('of a failure says what live data is like', () => {
    expect(say({ status: 'failed', error: sampleFailure() })).toBe(
      'The restore of shop-prod failed | Live data is unchanged.',
    );
  });

  it('does not come before it has ended', () => {
    expect(say({})).toBeNull();
  });
});

it.each([
  ['archive-damaged', 'danger', 'The restore test of shop-prod failed'],
  ['disk-full', 'attention', 'The restore test of shop-prod could not be made'],
] as const)('the toast of a restore test that ends with %s', (reason, tone, title) => {
  const restoreTest = sampleRestoreTest({ state: 'failed', error: { ...sampleFailure(), reason } });
  expect(restoreTestToast(t, sampleBackup({ restoreTest }))).toMatchObject({ tone, title });
});
