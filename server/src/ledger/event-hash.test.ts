import type { LedgerEvent } from '@holdfast/shared/events';
import { expect, test } from 'vitest';
import { genesisHash, hashEvent } from './event-hash.ts';

const event = {
  position: 2,
  eventId: '0197f3a0-0000-7000-8000-000000000002',
  stream: 'access',
  version: 1,
  type: 'SignInFailed',
  schemaVersion: 1,
  at: '2026-11-24T15:45:00.123Z',
  actor: { kind: 'system', id: 'héron 🐦 €' },
  correlationId: '0197f3a0-0000-7000-8000-0000000000aa',
  causationId: null,
  data: { source: '::1\n"tab\t"', attempts: 9007199254740991, minute: '2026-11-24T15:45:00Z' },
  prevHash: genesisHash,
} as const satisfies Omit<LedgerEvent, 'hash'>;

/** Computed by another program: Python's json.dumps(sort_keys=True, separators=(',', ':'), ensure_ascii=False), hashlib. */
const worked = '77f491782208a71ff6a281d244c871f54c3d15f092f4c34f74023a46b33b21ce';

test('agrees with a worked example that another program computed', () => {
  expect(hashEvent(event)).toBe(worked);
});

test('does not depend on the order of fields, nor on a hash that is already there', () => {
  const reversed = Object.fromEntries(Object.entries({ ...event, hash: 'x' }).reverse()) as unknown as LedgerEvent;
  expect(hashEvent(reversed)).toBe(worked);
});

test.each([
  ['position', { position: 3 }],
  ['time', { at: '2026-11-24T15:45:00.124Z' }],
  ['actor', { actor: { kind: 'user', id: event.actor.id } }],
  ['cause', { causationId: event.eventId }],
  ['data', { data: { ...event.data, attempts: 1 } }],
  ['predecessor', { prevHash: worked }],
  ['set of fields', { extra: null }],
])('changes with the %s', (_, change) => {
  expect(hashEvent({ ...event, ...change } as typeof event)).not.toBe(worked);
});

test('refuses a lone surrogate rather than hash something that the database would change', () => {
  const broken = { ...event, actor: { kind: 'system', id: '\ud83d' } } as const;
  expect(() => hashEvent(broken)).toThrow('surrogate');
});
