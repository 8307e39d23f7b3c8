import type { EncryptionKey } from '@holdfast/shared/encryption';
import { expect, it } from 'vitest';
import { encryptionCheck } from './check-encryption.ts';

const id = '01970000-0000-7000-8000-000000000021' as EncryptionKey['id'];
const key = (change: Partial<EncryptionKey>): EncryptionKey => ({
  ...{ id, name: 'main', recipient: 'age1', createdAt: '2026-01-01T00:00:00.000Z', status: 'active', inKit: true },
  ...{ backups: 0, policies: 0 },
  ...change,
});

it.each([
  ['nothing is encrypted', [], [], 'ok', 'new backups are not encrypted'],
  ['a kit holds the key', [key({})], [], 'ok', 'new backups are encrypted for main'],
  [
    'no kit holds the next key',
    [key({}), key({ name: 'next', inKit: false, id: 'x' as never })],
    [],
    'warning',
    'next',
  ],
  ['a retired key is in no kit', [key({}), key({ status: 'retired', inKit: false })], [], 'ok', 'encrypted for main'],
  ['the master key is another one', [key({})], ['main'], 'failed', 'main cannot be opened'],
] as const)('says what is so when %s', (_, keys, unreadable, status, found) => {
  const check = encryptionCheck({ status: { keys: [...keys], defaultKeyId: keys.length > 0 ? id : null }, unreadable });
  expect(check.status).toBe(status);
  expect(check.found).toContain(found);
  expect(check.advice === null).toBe(status === 'ok');
});
