import { expect, test } from 'vitest';
import { schemaVersionOf, type UpcasterTable, upcast } from './upcast.ts';

const table: UpcasterTable = {
  SignedIn: {
    1: ({ how, ...rest }) => ({ ...rest, method: how }),
    2: (data) => ({ ...data, method: `${String(data.method)}-code` }),
  },
};

test('lifts an old event through every version in between', () => {
  const old = { position: 4, type: 'SignedIn', schemaVersion: 1, data: { how: 'login' } };
  expect(upcast(old, table)).toStrictEqual({
    position: 4,
    type: 'SignedIn',
    schemaVersion: 3,
    data: { method: 'login-code' },
  });
  expect(old.data).toStrictEqual({ how: 'login' });
});

test('leaves a current event, and one of another type, as it is', () => {
  const current = { type: 'SignedIn', schemaVersion: 3, data: {} };
  const other = { type: 'ApiKeyCreated', schemaVersion: 1, data: {} };
  expect(upcast(current, table)).toBe(current);
  expect(upcast(other, table)).toBe(other);
});

test('writes the version that the last upcaster leads to', () => {
  expect(schemaVersionOf('SignedIn', table)).toBe(3);
  expect(schemaVersionOf('ApiKeyCreated', table)).toBe(1);
});
