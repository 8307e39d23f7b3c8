import { Int32, ObjectId } from 'bson';
import { describe, expect, test } from 'vitest';
import { createDifferences } from './differences.ts';

describe('collected differences', () => {
  test('name documents by their key with its type', () => {
    const found = createDifferences();
    found.add('document-missing', 'shop.orders', 'is not there', { id: new Int32(7) });
    found.add('document-missing', 'shop.orders', 'is not there', { id: new ObjectId('65a1b2c3d4e5f60718293a4b') });
    found.add('document-missing', 'shop.orders', 'is not there', { id: null });
    expect(found.kept.map(({ id }) => id)).toEqual([
      '{"$numberInt":"7"}',
      '{"$oid":"65a1b2c3d4e5f60718293a4b"}',
      'null',
    ]);
  });

  test('are all counted, while a flood of one kind leaves room for the others', () => {
    const found = createDifferences();
    for (let id = 0; id < 5000; id += 1) found.add('document-missing', 'shop.orders', 'is not there', { id });
    found.add('index-differs', 'shop.customers', 'index "email" is missing');
    expect(found.total).toBe(5001);
    expect(found.kept).toHaveLength(11);
    expect(found.kept.at(-1)).toEqual({
      kind: 'index-differs',
      namespace: 'shop.customers',
      detail: 'index "email" is missing',
    });
  });

  test('never grow beyond a hundred', () => {
    const found = createDifferences();
    for (let index = 0; index < 300; index += 1) found.add('collection-extra', `shop.c${index}`, 'was not there');
    expect([found.total, found.kept.length]).toEqual([300, 100]);
  });
});
