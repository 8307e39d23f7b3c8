import { describe, expect, it } from 'vitest';
import { latestDueAt, nextDueAt, nextRuns } from './due.ts';

const paris = { enabled: true, scheduledHour: 2, retentionCount: 7, timezone: 'Europe/Paris' };

describe('a daily run at 02:00 in Paris', () => {
  it('is due at its own time, not a millisecond before', () => {
    expect(latestDueAt(paris, '2026-11-24T01:00:00.000Z')).toBe('2026-11-24T01:00:00.000Z');
    expect(latestDueAt(paris, '2026-11-24T00:59:59.999Z')).toBe('2026-11-23T01:00:00.000Z');
  });
  it('comes next strictly after now', () => {
    expect(nextDueAt(paris, '2026-11-24T01:00:00.000Z')).toBe('2026-11-25T01:00:00.000Z');
  });
  it('runs right after the gap when the clocks go forward', () => {
    const runs = nextRuns(paris, '2027-03-27T12:00:00.000Z', 2);
    expect(runs).toStrictEqual(['2027-03-28T01:00:00.000Z', '2027-03-29T00:00:00.000Z']);
  });
  it('runs once when the hour comes twice', () => {
    const runs = nextRuns(paris, '2026-10-24T12:00:00.000Z', 2);
    expect(runs).toStrictEqual(['2026-10-25T00:00:00.000Z', '2026-10-26T01:00:00.000Z']);
  });
});
