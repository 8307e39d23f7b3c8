import type { Failure } from '@holdfast/shared/failures';
import { describe, expect, it } from 'vitest';
import { backupIn, deploymentId, plan, restoreId, restoreIn, worker } from './examples.ts';
import { requestCancel } from './operation.ts';
import {
  cancelRestore,
  completeRestore,
  failRestore,
  giveUpRestore,
  requestRestore,
  stageRestore,
  startRestore,
  swapRestore,
  unstageRestore,
} from './restore.ts';
import { given, refusal } from './testing.ts';

const failure: Failure = { reason: 'stalled', message: 'no byte', hint: 'look' };
const of = { restoreId, deploymentId, worker };
const by = { worker };
const done = { ...of, durationMs: 1, documents: 3, collections: 1, databases: ['shop'], liveData: 'replaced' as const };

const commands = {
  Start: (state: ReturnType<typeof stateIn>) => startRestore(state, of),
  Stage: (state: ReturnType<typeof stateIn>) => stageRestore(state, { ...of, swaps: [] }),
  Unstage: (state: ReturnType<typeof stateIn>) => unstageRestore(state, of),
  Swap: (state: ReturnType<typeof stateIn>) => swapRestore(state, of),
  GiveUp: (state: ReturnType<typeof stateIn>) => giveUpRestore(state, { ...of, ...failure }),
  Complete: (state: ReturnType<typeof stateIn>) => completeRestore(state, done),
  Fail: (state: ReturnType<typeof stateIn>) => failRestore(state, { restoreId, by, failure, liveData: 'untouched' }),
  Cancel: (state: ReturnType<typeof stateIn>) => cancelRestore(state, { restoreId, by }),
  AskToStop: (state: ReturnType<typeof stateIn>) => requestCancel('restore', state, restoreId),
};

const no = 'WRONG_WORKER';
const asked = 'OperationCancelRequested';
const table: Record<string, Record<keyof typeof commands, string>> = {
  none: {
    Start: no,
    Stage: no,
    Unstage: no,
    Swap: no,
    GiveUp: no,
    Complete: no,
    Fail: no,
    Cancel: no,
    AskToStop: 'OPERATION_NOT_FOUND',
  },
  requested: {
    Start: 'RestoreStarted',
    Stage: no,
    Unstage: no,
    Swap: no,
    GiveUp: no,
    Complete: no,
    Fail: 'RestoreFailed',
    Cancel: 'RestoreCancelled',
    AskToStop: 'OperationCancelRequested,RestoreCancelled',
  },
  running: {
    Start: 'nothing',
    Stage: 'RestoreStaged',
    Unstage: 'nothing',
    Swap: no,
    GiveUp: no,
    Complete: 'RestoreCompleted',
    Fail: 'RestoreFailed',
    Cancel: 'RestoreCancelled',
    AskToStop: asked,
  },
  staged: {
    Start: no,
    Stage: 'nothing',
    Unstage: 'RestoreUnstaged',
    Swap: 'RestoreSwapped',
    GiveUp: 'RestoreGivenUp',
    Complete: 'RestoreCompleted',
    Fail: 'RestoreFailed',
    Cancel: 'RestoreCancelled',
    AskToStop: asked,
  },
  swapped: {
    Start: no,
    Stage: no,
    Unstage: no,
    Swap: 'nothing',
    GiveUp: 'RestoreGivenUp',
    Complete: 'RestoreCompleted',
    Fail: 'RestoreFailed',
    Cancel: no,
    AskToStop: 'OPERATION_ENDED',
  },
  'given-up': {
    Start: no,
    Stage: no,
    Unstage: no,
    Swap: no,
    GiveUp: 'nothing',
    Complete: no,
    Fail: 'RestoreFailed',
    Cancel: no,
    AskToStop: 'OPERATION_ENDED',
  },
  completed: {
    Start: no,
    Stage: no,
    Unstage: no,
    Swap: no,
    GiveUp: no,
    Complete: 'nothing',
    Fail: no,
    Cancel: no,
    AskToStop: 'OPERATION_ENDED',
  },
  failed: {
    Start: no,
    Stage: no,
    Unstage: no,
    Swap: no,
    GiveUp: no,
    Complete: no,
    Fail: no,
    Cancel: no,
    AskToStop: 'OPERATION_ENDED',
  },
  cancelled: {
    Start: no,
    Stage: no,
    Unstage: no,
    Swap: no,
    GiveUp: no,
    Complete: no,
    Fail: no,
    Cancel: no,
    AskToStop: 'OPERATION_ENDED',
  },
};

describe('a restore in each state', () => {
  const rows = Object.entries(table).flatMap(([status, row]) =>
    Object.entries(row).map(([command, outcome]) => [status, command as keyof typeof commands, outcome] as const),
  );
  it.each(rows)('%s: %s -> %s', (status, command, outcome) => {
    let appended = 'nothing';
    const code = refusal(() => {
      appended = commands[command](stateIn(status))
        .map(({ type }) => type)
        .join();
    });
    expect(code === 'accepted' ? appended || 'nothing' : code).toBe(outcome);
  });
});

describe('asking for a restore', () => {
  const ask = (status: string, change: { phrase?: string | undefined; now?: string } = {}) => {
    const read = given(backupIn[status] ?? []);
    const command = { restoreId, plan, phrase: 'shop', now: '2026-01-01T01:10:00.000Z', ...change };
    return requestRestore(
      { deployment: read(`deployment:${deploymentId}`), backup: read(`backup:${plan.backupId}`) },
      command,
    );
  };

  it('accepts the exact phrase while the plan is good', () => {
    expect(ask('completed').map(({ type }) => type)).toStrictEqual(['RestoreRequested']);
  });
  it.each([undefined, '', 'Shop', 'shop ', 'shop-prod'])('refuses the phrase %j', (phrase) => {
    expect(refusal(() => ask('completed', { phrase }))).toBe('CONFIRMATION_MISMATCH');
  });
  it('refuses a plan at the moment it expires', () => {
    expect(refusal(() => ask('completed', { now: plan.expiresAt }))).toBe('PLAN_NOT_FOUND');
  });
  it.each(['failed', 'cancelled', 'expired', 'deleted'])('refuses a backup that is %s', (status) => {
    expect(refusal(() => ask(status))).toBe('BACKUP_NOT_RESTORABLE');
  });
  it('refuses while a restore runs', () => {
    const read = given(restoreIn.running ?? []);
    const states = { deployment: read(`deployment:${deploymentId}`), backup: read(`backup:${plan.backupId}`) };
    const command = { restoreId, plan, phrase: 'shop', now: plan.createdAt };
    expect(refusal(() => requestRestore(states, command))).toBe('OPERATION_IN_PROGRESS');
  });
});

it('asks a running restore to stop only once', () => {
  const first = requestCancel('restore', stateIn('running'), restoreId);
  const after = given([...(restoreIn.running ?? []), ...first])(`restore:${restoreId}` as const);
  expect(requestCancel('restore', after, restoreId)).toStrictEqual([]);
});

function stateIn(status: string) {
  return given(restoreIn[status] ?? [])(`restore:${restoreId}` as const);
}
