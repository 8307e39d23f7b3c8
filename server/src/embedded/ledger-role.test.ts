import { expect, test } from 'vitest';
import { ledgerRole } from './ledger-role.ts';

const role = ledgerRole('holdfast', { events: 'ledger_events', others: ['head', 'plans'] });
const actionsOn = (collection: string) =>
  role.privileges.find(({ resource }) => resource.collection === collection)?.actions as string[];

test('events can be found and inserted; nothing that changes or removes them is given', () => {
  expect([...actionsOn('ledger_events')].sort()).toEqual([
    'changeStream',
    'collStats',
    'createCollection',
    'createIndex',
    'find',
    'insert',
    'listIndexes',
  ]);
});

test('each other collection is named: none is reached by a wildcard', () => {
  expect(role.privileges.map(({ resource }) => resource)).toEqual([
    { db: 'holdfast', collection: 'ledger_events' },
    { db: 'holdfast', collection: 'head' },
    { db: 'holdfast', collection: 'plans' },
    { db: 'holdfast', collection: '' },
    { cluster: true },
  ]);
  expect(actionsOn('')).toEqual(['listCollections', 'dbStats']);
  expect(actionsOn('head')).toEqual(expect.arrayContaining(['update', 'remove', 'dropCollection', 'collMod']));
  expect(role.roles).toEqual([]);
});
