import type { NewEvent } from '@holdfast/shared/events';
import type { BackupId, PlanId, RestoreId } from '@holdfast/shared/ids';
import type { UndoPlan } from '@holdfast/shared/restore-plan';
import { describe, expect, it } from 'vitest';
import { backupEvents, backupId, deploymentId, facts, plan, registered, restoreId, worker } from './examples.ts';
import { isSafetyOver } from './safety-backup.ts';
import { given, refusal } from './testing.ts';
import { dropUndo, expireSafetyBackup, expireUndo, hoursKept, recordUndone, requestUndo } from './undo.ts';

const id = (n: number) => `01970000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const undoId = id(50) as RestoreId;
const until = '2026-01-02T00:00:00.000Z';
const early = '2026-01-01T12:00:00.000Z';
const stream = `restore:${restoreId}` as const;
const of = { restoreId, deploymentId };
const safetyBackupId = id(51) as BackupId;

function event<T extends NewEvent['type']>(type: T, data: object): NewEvent {
  return { stream, type, data: { ...of, ...data } } as unknown as NewEvent;
}

const swaps = [{ database: 'shop', live: 'orders', shadow: 'hf_5_0', undo: 'hf_5_u0' }];
const requested = event('RestoreRequested', {
  ...{ deploymentName: 'shop', backupId, planId: plan.id, target: { kind: 'original' } },
  options: { ...plan.options, undoHours: 12, usersAndRoles: true },
});
const running = [...registered, requested, event('RestoreStarted', { worker })];
const safe = event('RestoreSafetyBackupTaken', { worker, backupId: safetyBackupId });
const staged = [...running, safe, event('RestoreStaged', { worker, swaps })];
const completed = event('RestoreCompleted', {
  ...{ worker, durationMs: 5, documents: 3, collections: 1, databases: ['shop'], liveData: 'replaced' },
});
const swapped = event('RestoreSwapped', { worker, undoUntil: until, undoBytes: 5, undoCollections: 1 });
const kept = [...staged, swapped, completed];
const expired = [...kept, event('RestoreUndoExpired', { cause: 'asked' })];
const failed = (liveData: string) => event('RestoreFailed', { liveData, reason: 'stalled', message: '', hint: '' });
const givenUp = [...staged, swapped, failed('partly-replaced')];

/** Amid the swap: the orders are swapped, the stock is moved away, the log was not begun. */
const more = ['stock', 'log'].map((live, n) => ({
  database: 'shop',
  live,
  shadow: `hf_5_${n + 1}`,
  undo: `hf_5_u${n + 1}`,
}));
const amid = [
  ...running,
  safe,
  event('RestoreStaged', {
    ...{ worker, swaps: [...swaps, ...more], rewrites: [{ database: 'shop', live: 'v', shadow: null, type: 'none' }] },
    merges: [{ database: 'shop', live: 'carts', shadow: 'hf_5_4', undo: 'hf_5_u4' }],
  }),
  event('RestoreGivenUp', {
    ...{ worker, reason: 'not-authorized', message: '', hint: '', undoUntil: until, undoBytes: 5, undoCollections: 2 },
    ...{ begun: ['shop.orders', 'shop.stock'], movedAway: ['shop.stock'] },
  }),
];

/** By what has become of the undo. */
const histories: Record<string, NewEvent[]> = {
  none: registered,
  running,
  swapped: [...staged, swapped],
  failed: [...running, failed('untouched')],
  'given up': givenUp,
  'given up and undone': [...givenUp, event('RestoreUndone', { by: undoId })],
  'given up and expired': [...givenUp, event('RestoreUndoExpired', { cause: 'expired' })],
  'given up with nothing kept': [...staged, event('RestoreSwapped', { worker }), failed('partly-replaced')],
  'given up amid the swap': [...amid, failed('partly-replaced')],
  copied: [...running, completed],
  'not kept': [...staged, event('RestoreSwapped', { worker }), completed],
  kept,
  undone: [...kept, event('RestoreUndone', { by: undoId })],
  expired,
  dropped: [...expired, event('RestoreUndoDropped', { cause: 'asked' })],
};

const undoPlan: UndoPlan = {
  id: id(52) as PlanId,
  ...{ restoreId, deploymentId, deploymentName: 'shop', hosts: facts.hosts, phrase: 'shop', until, keptBytes: 5 },
  ...{ createdAt: early, expiresAt: '2026-01-01T12:30:00.000Z' },
  ...{ namespaces: [], countedBy: 'oplog', writesSince: 0, swapMethod: 'apply-ops', warnings: [] },
};
const command = { restoreId: undoId, plan: undoPlan, liveDigest: 'digest', phrase: 'shop', now: early };

const statesOf = (events: NewEvent[]) => {
  const read = given(events);
  return { deployment: read(`deployment:${deploymentId}` as const), restore: read(stream) };
};
const typesOf = (events: readonly NewEvent[]) => events.map(({ type }) => type).join() || 'nothing';
const outcome = (act: () => readonly NewEvent[]) => {
  let appended = '';
  const code = refusal(() => {
    appended = typesOf(act());
  });
  return code === 'accepted' ? appended : code;
};

const no = 'UNDO_UNAVAILABLE';
const table: Record<string, [request: string, ask: string, expire: string, undone: string, drop: string]> = {
  none: ['RESTORE_NOT_FOUND', 'RESTORE_NOT_FOUND', 'RESTORE_NOT_FOUND', 'nothing', 'nothing'],
  running: [no, no, no, 'nothing', 'nothing'],
  swapped: [no, no, no, 'RestoreUndone', 'nothing'],
  failed: [no, no, no, 'nothing', 'nothing'],
  'given up': ['RestoreRequested', 'RestoreUndoExpired', 'RestoreUndoExpired', 'RestoreUndone', 'nothing'],
  'given up and undone': [no, no, no, 'nothing', 'nothing'],
  'given up and expired': [no, 'nothing', 'nothing', 'nothing', 'RestoreUndoDropped'],
  'given up with nothing kept': [no, no, no, 'nothing', 'nothing'],
  'given up amid the swap': [
    'RestoreRequested',
    'RestoreUndoExpired',
    'RestoreUndoExpired',
    'RestoreUndone',
    'nothing',
  ],
  copied: [no, no, no, 'nothing', 'nothing'],
  'not kept': [no, no, no, 'nothing', 'nothing'],
  kept: ['RestoreRequested', 'RestoreUndoExpired', 'RestoreUndoExpired', 'RestoreUndone', 'nothing'],
  undone: [no, no, no, 'nothing', 'nothing'],
  expired: [no, 'nothing', 'nothing', 'nothing', 'RestoreUndoDropped'],
  dropped: [no, 'nothing', 'nothing', 'nothing', 'nothing'],
};

describe('the undo of a restore', () => {
  it.each(Object.entries(table))('%s', (history, expected) => {
    const states = statesOf(histories[history] ?? []);
    const ask = { restoreId, cause: 'asked' as const, now: early };
    expect([
      outcome(() => requestUndo(states, command)),
      outcome(() => expireUndo(states, ask)),
      outcome(() => expireUndo(states, { ...ask, cause: 'expired', now: until })),
      outcome(() => recordUndone(states.restore, undoId)),
      outcome(() => dropUndo(states.restore)),
    ]).toStrictEqual(expected);
  });

  it.each([
    ['copied', 'nothing-replaced'],
    ['not kept', 'dropped'],
    ['undone', 'undone'],
    ['expired', 'dropped'],
    ['running', 'not-completed'],
    ['swapped', 'not-completed'],
    ['given up and undone', 'undone'],
    ['given up with nothing kept', 'not-completed'],
  ])('is refused with why: %s -> %s', (history, why) => {
    const act = () => requestUndo(statesOf(histories[history] ?? []), command);
    expect(act).toThrow(expect.objectContaining({ details: { id: restoreId, why } }));
  });
});

it('asks for an operation like the first one, which keeps what it replaces as long', () => {
  const [first, ...others] = requestUndo(statesOf(kept), command);
  expect(others).toStrictEqual([]);
  expect(first).toMatchObject({
    stream: `restore:${undoId}`,
    data: { undoOf: restoreId, options: { undoHours: 12 }, target: { kind: 'original' }, liveDigest: 'digest' },
  });
});

it('knows of one that was given up amid its swap only what it had begun', () => {
  const { restore } = statesOf(amid);
  expect(restore).toMatchObject({
    swaps: [swaps[0], { ...more[0], shadow: null }],
    ...{ rewrites: [], merges: [], unmerges: [], undo: 'kept', undoUntil: until, undoCollections: 2 },
    options: { usersAndRoles: false },
  });
  const nothingKept = restore && {
    ...restore,
    options: { ...restore.options, undoHours: 0 },
    status: 'failed' as const,
  };
  const [undo] = requestUndo({ ...statesOf(registered), restore: nothingKept }, command);
  expect(undo?.data).toMatchObject({ options: { undoHours: 24, usersAndRoles: false } });
  expect(hoursKept({ undoHours: 12 })).toBe(12);
  expect(hoursKept({ undoHours: 0 })).toBe(24);
});

it('refuses other words, an expired plan, and from the moment on when the time is over', () => {
  const states = statesOf(kept);
  expect(refusal(() => requestUndo(states, { ...command, phrase: 'Shop' }))).toBe('CONFIRMATION_MISMATCH');
  expect(refusal(() => requestUndo(states, { ...command, now: undoPlan.expiresAt }))).toBe('PLAN_NOT_FOUND');
  const late = { ...command, plan: { ...undoPlan, expiresAt: '2026-01-03T00:00:00.000Z' }, now: until };
  expect(refusal(() => requestUndo(states, late))).toBe(no);
});

it('ends nothing before its time, nor while an operation holds the deployment', () => {
  const command = { restoreId, cause: 'expired', now: early } as const;
  expect(expireUndo(statesOf(kept), command)).toStrictEqual([]);
  const busy = statesOf([...kept, backupEvents.requested]);
  for (const cause of ['expired', 'asked'] as const)
    expect(refusal(() => expireUndo(busy, { ...command, cause, now: until }))).toBe('OPERATION_IN_PROGRESS');
  expect(
    refusal(() =>
      requestUndo(busy, { ...{ restoreId: undoId, plan: undoPlan, liveDigest: '' }, phrase: 'shop', now: early }),
    ),
  ).toBe('OPERATION_IN_PROGRESS');
});

it('lets the safety backup go with it, unless that was asked for', () => {
  const safety = given([
    ...registered,
    { stream: `backup:${safetyBackupId}`, type: 'BackupAdopted', data: adopted() } as unknown as NewEvent,
  ])(`backup:${safetyBackupId}` as const);
  const { restore } = statesOf(kept);
  expect(typesOf(expireSafetyBackup(restore, safety))).toBe('BackupExpired');
  const everything = restore && { ...restore, options: { ...restore.options, safetyBackup: 'everything' as const } };
  expect(expireSafetyBackup(everything, safety)).toStrictEqual([]);
  expect(expireSafetyBackup(restore && { ...restore, safetyBackupId: null }, safety)).toStrictEqual([]);
});

it.each([
  ['completed', 'replaced', 'kept', false],
  ['completed', 'replaced', 'expired', true],
  ['completed', 'replaced', null, false],
  ['failed', 'untouched', null, true],
  ['failed', 'partly-replaced', 'kept', false],
  ['failed', 'partly-replaced', 'undone', true],
  ['failed', 'partly-replaced', 'expired', true],
  ['failed', 'partly-replaced', null, false],
  ['running', 'untouched', 'kept', false],
] as const)('needs the safety backup of one that is %s, %s, %s no more: %s', (status, liveData, state, expected) => {
  const undo = state && { state, until, bytes: 0, by: null };
  expect(isSafetyOver({ status, liveData, undo, options: plan.options })).toBe(expected);
});

function adopted() {
  return { ...backupEvents.adopted.data, backupId: safetyBackupId };
}
