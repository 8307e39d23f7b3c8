import type { LedgerEvent } from '@holdfast/shared/events';
import type { RestorePhase } from '@holdfast/shared/restore';
import { describe, expect, it } from 'vitest';
import { sampleEvent, sampleRestore } from '../testing/samples.ts';
import { phaseSteps } from './restore-phases.ts';

const running = sampleRestore();
const start = Date.parse('2026-03-26T10:47:00.000Z');
const event = (type: LedgerEvent['type'], position: number, seconds: number, data: object = {}): LedgerEvent => ({
  ...sampleEvent(type, { position, data: { restoreId: running.id, ...data } }),
  at: new Date(start + seconds * 1_000).toISOString(),
});
const phase = (name: RestorePhase, position: number, seconds: number) =>
  event('RestorePhaseStarted', position, seconds, { phase: name });
const brief = (steps: ReturnType<typeof phaseSteps>) =>
  steps.map(({ phase: name, state, tookMs }) => [name, state, tookMs]);

describe('the steps of a restore', () => {
  it('are told from the ledger while it runs, in whatever order its events come', () => {
    const events = [phase('stage', 9, 104), event('RestoreStarted', 5, 0), phase('verify', 6, 1)];
    expect(brief(phaseSteps(running, events, start + 110_000))).toEqual([
      ['verify', 'done', 103_000],
      ['stage', 'running', 6_000],
      ['prove', 'todo', null],
      ['swap', 'todo', null],
      ['finish', 'todo', null],
    ]);
  });

  it('of a copy have no swap', () => {
    const copy = sampleRestore({ target: { kind: 'copy' }, status: 'requested' });
    expect(phaseSteps(copy, [], start).map(({ phase: name }) => name)).toEqual(['verify', 'stage', 'prove']);
  });

  it('of an undo begin with the swap', () => {
    const undo = sampleRestore({ undoOf: running.id, status: 'requested' });
    expect(phaseSteps(undo, [], start).map(({ phase: name }) => name)).toEqual(['swap', 'finish']);
  });

  it('end with the one in which it failed', () => {
    const events = [phase('verify', 6, 1), phase('stage', 7, 5), event('RestoreFailed', 8, 9)];
    expect(brief(phaseSteps(sampleRestore({ status: 'failed' }), events, start + 999_000))).toEqual([
      ['verify', 'done', 4_000],
      ['stage', 'failed', 4_000],
    ]);
  });

  it('are one where it was tried again', () => {
    const events = [phase('swap', 6, 1), phase('finish', 7, 5), phase('finish', 8, 9), event('RestoreFailed', 9, 12)];
    expect(brief(phaseSteps(sampleRestore({ status: 'failed' }), events, start))).toEqual([
      ['swap', 'done', 4_000],
      ['finish', 'failed', 7_000],
    ]);
  });

  it('say what the restore measured, once it is completed', () => {
    const phases = [{ phase: 'verify', durationMs: 3_990 }];
    const events = [phase('verify', 6, 1), phase('stage', 7, 5), event('RestoreCompleted', 8, 9, { phases })];
    expect(brief(phaseSteps(sampleRestore({ status: 'completed' }), events, start))).toEqual([
      ['verify', 'done', 3_990],
      ['stage', 'done', 4_000],
    ]);
  });
});
