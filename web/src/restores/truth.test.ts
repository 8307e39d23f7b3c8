import { describe, expect, it } from 'vitest';
import { sampleRestore } from '../testing/samples.ts';
import { canBeCancelled, isWhole, truthOf } from './truth.ts';

const copy = { target: { kind: 'copy' } } as const;
const undo = { state: 'undone', until: '2026-03-27T10:47:00.000Z', bytes: 1, by: null } as const;
const merged = { inserted: 1, identical: 0, colliding: 0 };

describe('what live data is like', () => {
  it.each([
    ['requested', { status: 'requested', phase: null }, undefined, 'staging'],
    ['while it is staged', {}, 'stage', 'staging'],
    ['into a copy', copy, 'stage', 'copying'],
    ['in the swap', {}, 'swap', 'swapping'],
    ['in the swap, as the ledger says', { phase: 'swap' }, undefined, 'swapping'],
    ['after the swap', { phase: 'swap' }, 'finish', 'finishing'],
    ['after the swap, as the ledger says', { phase: 'finish' }, undefined, 'finishing'],
    ['completed', { status: 'completed', liveData: 'replaced' }, undefined, 'replaced'],
    ['completed into a copy', { ...copy, status: 'completed' }, undefined, 'copied'],
    ['completed by a merge', { status: 'completed', merged }, undefined, 'merged'],
    ['taken back since', { status: 'completed', liveData: 'replaced', undo }, undefined, 'taken-back'],
    ['failed before the swap', { status: 'failed' }, undefined, 'unchanged'],
    ['failed in between', { status: 'failed', liveData: 'partly-replaced' }, undefined, 'partly'],
    [
      'failed in between, and taken back',
      { status: 'failed', liveData: 'partly-replaced', undo },
      undefined,
      'taken-back',
    ],
    ['cancelled', { status: 'cancelled' }, undefined, 'unchanged'],
  ] as const)('%s', (_name, change, phase, expected) => {
    expect(truthOf(sampleRestore(change), phase)).toBe(expected);
  });

  it('can be kept by a cancel only before the swap', () => {
    const truths = ['copying', 'staging', 'swapping', 'finishing', 'replaced', 'unchanged'] as const;
    expect(truths.filter(canBeCancelled)).toEqual(['copying', 'staging']);
    expect(truths.filter((truth) => !isWhole(truth))).toEqual(['swapping', 'finishing']);
  });
});
