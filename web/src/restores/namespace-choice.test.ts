import { describe, expect, it } from 'vitest';
import {
  chooseCollection,
  chooseDatabase,
  inventoryOf,
  isChosen,
  type NamespaceChoice,
  namespacesOf,
  tickOf,
} from './namespace-choice.ts';

const inventory = inventoryOf([
  { database: 'shop', collection: 'orders' },
  { database: 'shop', collection: 'order.lines' },
  { database: 'reports', collection: 'monthly' },
]);
const none: NamespaceChoice = new Map();
const choose = (choice: NamespaceChoice, collection: string, chosen = true) =>
  chooseCollection(choice, inventory, { database: 'shop', collection }, chosen);

describe('a choice of namespaces', () => {
  it('names single collections, dots in their names included', () => {
    const choice = choose(none, 'order.lines');
    expect(namespacesOf(choice)).toEqual(['shop.order.lines']);
    expect(tickOf(choice, 'shop')).toBe('some');
    expect(tickOf(choice, 'reports')).toBe('none');
  });

  it('becomes the database once every collection is in it', () => {
    const choice = choose(choose(none, 'orders'), 'order.lines');
    expect(namespacesOf(choice)).toEqual(['shop']);
    expect(tickOf(choice, 'shop')).toBe('all');
  });

  it('keeps the others when one is taken out of a whole database', () => {
    const choice = choose(chooseDatabase(none, 'shop', true), 'orders', false);
    expect(namespacesOf(choice)).toEqual(['shop.order.lines']);
    expect(isChosen(choice, 'shop', 'orders')).toBe(false);
    expect(isChosen(choice, 'shop', 'order.lines')).toBe(true);
  });

  it('is empty again when the last one is taken out', () => {
    expect(namespacesOf(choose(choose(none, 'orders'), 'orders', false))).toEqual([]);
    expect(namespacesOf(chooseDatabase(chooseDatabase(none, 'shop', true), 'shop', false))).toEqual([]);
  });
});
