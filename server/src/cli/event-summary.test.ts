import type { LedgerEvent } from '@holdfast/shared/events';
import { expect, it } from 'vitest';
import { eventSummary } from './event-summary.ts';

it('says what was kept of a completed backup', () => {
  const data = { documents: 1_234, collections: 5, sizeBytes: 3_420_000, durationMs: 2_500, sha256: 'ab'.repeat(32) };
  expect(summary(data)).toBe('1,234 documents, 5 collections, 3.42 MB, 2.5 s, sha256 abababababab');
});

it('says why something failed', () => {
  const data = { reason: 'disk-full', message: 'No space left.', liveData: 'untouched' };
  expect(summary(data)).toBe('disk-full, No space left., live data untouched');
});

it('leaves out what is empty and what names no fact', () => {
  expect(summary({ deploymentName: 'shop', policyId: 'p', dueAt: null, target: { kind: 'original' } })).toBe(
    'shop, in place',
  );
});

function summary(data: object): string {
  return eventSummary({ type: 'BackupRequested', data } as LedgerEvent);
}
