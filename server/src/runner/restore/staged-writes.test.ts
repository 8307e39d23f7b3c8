import { expect, it } from 'vitest';
import { acknowledgementFor } from './staged-writes.ts';

it.each([
  ['a set of one member', ['a:27017'], 'received'],
  ['a set with secondaries', ['a:27017', 'b:27017', 'c:27017'], 'majority'],
  ['a server outside a set, or mongos', [], 'majority'],
])('%s', (_, replicaSetMembers, acknowledgement) => {
  expect(acknowledgementFor({ replicaSetMembers })).toBe(acknowledgement);
});
