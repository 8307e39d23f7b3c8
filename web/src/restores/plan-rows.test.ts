import { describe, expect, it } from 'vitest';
import { samplePlanned } from '../testing/samples.ts';
import { changeOf, groupRows, writtenDatabases } from './plan-rows.ts';

const replaced = samplePlanned({ documentsNow: 1_000, documentsInBackup: 250 });
const difference = {
  onlyLive: 1,
  onlyInBackup: 20,
  changed: 0,
  same: 230,
  examples: { onlyLive: [], onlyInBackup: [], changed: [] },
};

describe('what a row changes', () => {
  it.each([
    ['a replaced one', replaced, { after: 250, isMost: false, delta: -750, share: 0.75 }],
    ['an added one', { ...replaced, action: 'added', documentsNow: null }, { after: 250, delta: 250, share: 1 }],
    ['a dropped one', { ...replaced, action: 'dropped' }, { after: 0, delta: -1_000, share: 1 }],
    ['an untouched one', { ...replaced, action: 'untouched' }, { after: 1_000, delta: 0, share: 0 }],
    ['a merged one, at most', { ...replaced, action: 'merged' }, { after: 1_250, delta: 250, isMost: true }],
    ['a merged one, counted', { ...replaced, action: 'merged', difference }, { after: 1_020, isMost: false }],
    ['a view', { ...replaced, type: 'view' }, { after: null, delta: null, share: 0 }],
    ['an empty one', { ...replaced, documentsNow: 0, documentsInBackup: 0 }, { delta: 0, share: 0 }],
  ] as const)('%s', (_name, row, expected) => {
    expect(changeOf(row)).toMatchObject(expected);
  });
});

describe('rows by database', () => {
  const rows = [
    samplePlanned({ target: 'shop.orders' }),
    samplePlanned({ target: 'reports.orders.old', action: 'dropped' }),
    samplePlanned({ target: 'shop.carts', action: 'untouched' }),
  ];
  const names = (search: string, action: Parameters<typeof groupRows>[1]['action'] = null) =>
    groupRows(rows, { search, action }).map(({ database, rows: found }) => [database, found.map((row) => row.target)]);

  it('stand in the order of the plan, but for what is dropped', () => {
    const late = samplePlanned({ target: 'shop.promo', action: 'dropped' });
    expect(names('')).toEqual([
      ['shop', ['shop.orders', 'shop.carts']],
      ['reports', ['reports.orders.old']],
    ]);
    const [shop] = groupRows([...rows, late], { search: '', action: null });
    expect(shop?.rows.map(({ target }) => target)).toEqual(['shop.promo', 'shop.orders', 'shop.carts']);
  });

  it('are found by a part of the name, whatever the case', () => {
    expect(names('ORDERS.')).toEqual([['reports', ['reports.orders.old']]]);
  });

  it('are found by what happens to them', () => {
    expect(names('', 'untouched')).toEqual([['shop', ['shop.carts']]]);
    expect(names('', 'merged')).toEqual([]);
  });

  it('leave out databases in which nothing is written', () => {
    expect(writtenDatabases(rows.slice(1))).toEqual(['reports']);
  });
});
