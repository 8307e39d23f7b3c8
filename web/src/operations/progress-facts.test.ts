import { describe, expect, it } from 'vitest';
import { sampleProgress } from '../testing/samples.ts';
import { stalledSince, wholeShare } from './progress-facts.ts';

describe('the share of the whole', () => {
  it('grows over the phases of a restore although the bytes of each begin anew', () => {
    const phases = ['verify', 'stage', 'prove', 'swap', 'finish'] as const;
    const shares = phases.flatMap((phase) =>
      [0, 500, 1000].map((bytes) => wholeShare(sampleProgress({ kind: 'restore', phase, bytes })) ?? 0),
    );
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  });

  it('stays below the whole while it runs, also when the estimate was too small', () => {
    expect(wholeShare(sampleProgress({ bytes: 5_000, totalBytes: 1_000 }))).toBeLessThan(1);
    expect(wholeShare(sampleProgress({ phase: 'finish', bytes: 1_000 }))).toBeLessThan(1);
  });

  it('is unknown while the size is', () => {
    expect(wholeShare(sampleProgress({ totalBytes: null }))).toBeNull();
  });
});

describe('a stalled operation', () => {
  it('says since when no byte moved', () => {
    const lastByteAt = '2026-03-26T10:47:00.000Z';
    expect(stalledSince(sampleProgress({ lastByteAt, updatedAt: '2026-03-26T10:47:25.000Z' }))).toBe(lastByteAt);
  });

  it('is not one that paused for a moment, nor one that swaps', () => {
    const lastByteAt = '2026-03-26T10:47:00.000Z';
    expect(stalledSince(sampleProgress({ lastByteAt, updatedAt: '2026-03-26T10:47:09.000Z' }))).toBeNull();
    expect(
      stalledSince(sampleProgress({ lastByteAt, updatedAt: '2026-03-26T10:49:00.000Z', phase: 'swap' })),
    ).toBeNull();
  });
});
