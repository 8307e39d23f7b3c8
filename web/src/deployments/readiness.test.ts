import { describe, expect, it } from 'vitest';
import { sampleBackup, sampleFailure, samplePolicy } from '../testing/samples.ts';
import { outcomesByDay, testedByDay } from './history-strip.tsx';
import { backupLook, needsSomebody, readinessOf } from './readiness.ts';

const now = Date.parse('2026-03-26T10:00:00.000Z');
const good = sampleBackup();
const old = sampleBackup({ createdAt: '2026-03-24T02:00:00.000Z' });
const failed = sampleBackup({ status: 'failed', createdAt: '2026-03-26T03:00:00.000Z', error: sampleFailure() });
const damage = { ...sampleFailure(), reason: 'archive-damaged' as const };
const running = sampleBackup({ status: 'running', createdAt: '2026-03-26T09:59:00.000Z' });

describe('a deployment', () => {
  it.each([
    ['has no backup yet', samplePolicy(), [], 'empty'],
    ['is written whole', samplePolicy(), [good], 'written'],
    ['is verified', samplePolicy(), [sampleBackup({ verifiedAt: '2026-03-26T02:02:00.000Z' })], 'verified'],
    [
      'is restore-tested',
      samplePolicy(),
      [sampleBackup({ verifiedAt: '2026-03-26T02:02:00.000Z', testedAt: '2026-03-26T03:00:00.000Z' })],
      'tested',
    ],
    [
      'has a newest backup that did not come back whole',
      samplePolicy(),
      [sampleBackup({ failedTest: { at: '2026-03-26T03:00:00.000Z', error: damage } }), old],
      'unreliable',
    ],
    ['is late after more than a day', samplePolicy(), [old], 'late'],
    ['is not late when its policy is off', samplePolicy({ enabled: false }), [old], 'paused'],
    ['failed last, although an older one is good', samplePolicy(), [failed, good], 'failed'],
    ['has recovered from a failure', samplePolicy(), [good, failed], 'written'],
    ['is judged by what has ended, not by what runs', samplePolicy(), [running, good], 'written'],
    ['lost the archive of its newest backup', samplePolicy(), [sampleBackup({ status: 'missing' }), old], 'unreliable'],
    [
      'has a newest backup that was found damaged',
      samplePolicy(),
      [sampleBackup({ error: sampleFailure() }), old],
      'unreliable',
    ],
  ] as const)('%s', (_, policy, backups, state) => {
    expect(readinessOf(policy, backups, now).state).toBe(state);
  });

  it('can go back to the newest good backup, past a failed one', () => {
    const readiness = readinessOf(samplePolicy(), [failed, good], now);
    expect([readiness.lastGood, readiness.failure]).toEqual([good, failed]);
  });
});

it('asks for somebody when a run failed, is late or never happened', () => {
  const states = ['failed', 'unreliable', 'empty', 'late', 'verified', 'written', 'paused'] as const;
  expect(states.filter(needsSomebody)).toEqual(['failed', 'unreliable', 'empty', 'late']);
});

it('never draws a damaged backup in green', () => {
  expect(backupLook(sampleBackup({ error: sampleFailure() }))).toEqual({ mark: 'danger', tone: 'danger' });
});

describe('the strip of 30 days', () => {
  it('ends today and counts a deleted backup as one that was there', () => {
    const outcomes = outcomesByDay([sampleBackup({ status: 'deleted', createdAt: '2026-03-25T12:00:00.000Z' })], now);
    expect(outcomes).toHaveLength(30);
    expect(outcomes.slice(-2)).toEqual(['written', 'none']);
  });

  it('marks the days of which a backup was restored and compared', () => {
    const tested = sampleBackup({ testedAt: '2026-03-26T03:00:00.000Z' });
    expect(testedByDay([tested, old], now).slice(-3)).toEqual([false, false, true]);
    expect(outcomesByDay([tested, good], now).at(-1)).toBe('written');
  });

  it('lets the worst run of a day win', () => {
    expect(outcomesByDay([good, failed], now).at(-1)).toBe('failed');
  });
});
