import { describe, expect, it } from 'vitest';
import { deploymentId } from './examples.ts';
import {
  confirmationPhrase,
  defaultSuffix,
  isShadowName,
  requireCopyable,
  shadowName,
  targetDatabase,
} from './restore-names.ts';
import { refusal } from './testing.ts';

describe('the copy', () => {
  it('lands beside the original under a dated name', () => {
    const suffix = defaultSuffix('2026-11-24T09:30:12.345Z');
    expect(targetDatabase({ kind: 'copy', suffix }, 'shop')).toBe('shop_restored_20261124_0930');
  });
  it.each(['', 'x'.repeat(60)])('refuses the suffix %j: the name would be the original or too long', (suffix) => {
    expect(refusal(() => targetDatabase({ kind: 'copy', suffix }, 'shop'))).toBe('TARGET_NAME_INVALID');
  });
  it('counts bytes, not characters', () => {
    expect(refusal(() => targetDatabase({ kind: 'copy', suffix: '_copy' }, 'é'.repeat(30)))).toBe(
      'TARGET_NAME_INVALID',
    );
  });
  it.each(['a:b', 'a*|<>?b', 'é'])('takes the name %j, which some servers hold', (database) => {
    expect(targetDatabase({ kind: 'copy', suffix: '_copy' }, database)).toBe(`${database}_copy`);
  });
  it.each([
    ['collection', 'n'.repeat(245), null],
    ['collection', 'n'.repeat(246), 'TARGET_NAME_INVALID'],
    ['timeseries', 'é'.repeat(115), null],
    ['timeseries', 'é'.repeat(116), 'TARGET_NAME_INVALID'],
    ['collection', 'two\nlines', 'TARGET_NAME_INVALID'],
  ])('of a %s: %j', (type, collection, code) => {
    const asked = () => requireCopyable({ type, database: 'shop_copy', collection });
    expect(code === null ? asked() : refusal(asked)).toBe(code ?? undefined);
  });
  it('needs no phrase', () => {
    expect(confirmationPhrase({ kind: 'copy' }, ['shop'], 'prod')).toBeNull();
  });
});

describe('the phrase of a restore in place', () => {
  it('names the deployment when that is another than the backup’s', () => {
    expect(confirmationPhrase({ kind: 'original', deploymentId }, ['shop'], 'staging')).toBe('staging');
  });
  it.each([
    [['shop'], 'shop'],
    [['shop', 'crm'], 'prod'],
    [[], 'prod'],
  ])('for the databases %j is %s', (databases, phrase) => {
    expect(confirmationPhrase({ kind: 'original' }, databases, 'prod')).toBe(phrase);
  });
});

it('recognises its own shadow collections and nothing else', () => {
  expect(isShadowName(shadowName('01970000-0000-7000-8000-000000000005', 12))).toBe(true);
  expect(
    ['hf_orders', 'orders', 'hf_1_2', 'xhf_01970000000070008000000000000005_1'].filter(isShadowName),
  ).toStrictEqual([]);
});
