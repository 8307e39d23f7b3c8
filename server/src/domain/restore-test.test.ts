import type { NewEvent } from '@holdfast/shared/events';
import { describe, expect, it } from 'vitest';
import { adoptedData, backupId, deploymentId, registered, worker } from './examples.ts';
import {
  failRestoreTest,
  passRestoreTest,
  requestRestoreTest,
  skipRestoreTest,
  startRestoreTest,
  supervisor,
} from './restore-test.ts';
import { isTestDatabase, testDatabase } from './restore-test-names.ts';
import { given, refusal } from './testing.ts';

const stream = `backup:${backupId}` as const;
const completed: NewEvent[] = [
  ...registered,
  { stream, type: 'BackupAdopted', data: { ...adoptedData, deploymentName: 'shop', policyId: null } },
];
const requested: NewEvent = { stream, type: 'RestoreTestRequested', data: { backupId, deploymentId } };
const startedBy = (by: string): NewEvent => ({
  stream,
  type: 'RestoreTestStarted',
  data: { backupId, deploymentId, worker: by, cause: 'asked', serverVersion: '6.0.5' },
});
const counts = { documents: 3, collections: 1, serverVersion: '6.0.5' };
const passed: NewEvent = {
  stream,
  type: 'RestoreTestPassed',
  data: { backupId, deploymentId, durationMs: 5, restoreMs: 3, ...counts, cause: 'asked' },
};
const failure = { reason: 'archive-damaged', message: 'a bit', hint: 'another one' } as const;
const skip = { backupId, cause: 'schedule', reason: 'interrupted', message: 'it stopped', durationMs: 1 } as const;

const states = {
  none: completed,
  requested: [...completed, requested],
  running: [...completed, requested, startedBy(worker)],
  "another's": [...completed, requested, startedBy('other/boot')],
  ended: [...completed, requested, startedBy(worker), passed],
  deleted: [...completed, { stream, type: 'BackupDeleted', data: { backupId, deploymentId, cause: 'manual' } }],
} satisfies Record<string, NewEvent[]>;

const stateIn = (name: keyof typeof states) => given(states[name])(stream);

const commands = {
  Request: (state) => requestRestoreTest(state, backupId),
  Start: (state) => startRestoreTest(state, { backupId, worker, cause: 'schedule', serverVersion: '6.0.5' }),
  Pass: (state) => passRestoreTest(state, { backupId, worker, durationMs: 5, restoreMs: 3, ...counts }),
  Fail: (state) => failRestoreTest(state, { backupId, worker, failure, durationMs: 5 }),
  Skip: (state) => skipRestoreTest(state, { ...skip, by: worker }),
  'Skip by the supervisor': (state) => skipRestoreTest(state, { ...skip, by: supervisor }),
} satisfies Record<string, (state: ReturnType<typeof stateIn>) => NewEvent[]>;

const [no, busy, gone] = ['WRONG_WORKER', 'RESTORE_TEST_IN_PROGRESS', 'BACKUP_NOT_RESTORABLE'];
/** What each command appends in each state: the event, nothing, or the refusal's code. */
const table: Record<keyof typeof states, Record<keyof typeof commands, string>> = {
  none: of('RestoreTestRequested', 'RestoreTestStarted', '', '', 'RestoreTestSkipped', ''),
  requested: of(busy, 'RestoreTestStarted', no, no, 'RestoreTestSkipped', 'RestoreTestSkipped'),
  running: of(busy, '', 'RestoreTestPassed', 'RestoreTestFailed', 'RestoreTestSkipped', 'RestoreTestSkipped'),
  "another's": of(busy, no, no, no, no, 'RestoreTestSkipped'),
  ended: of('RestoreTestRequested', 'RestoreTestStarted', '', '', 'RestoreTestSkipped', ''),
  deleted: of(gone, gone, '', '', 'RestoreTestSkipped', ''),
};

function of(...ends: (string | undefined)[]): Record<keyof typeof commands, string> {
  return Object.fromEntries(Object.keys(commands).map((name, index) => [name, ends[index] ?? ''])) as never;
}

describe.each(Object.keys(states) as (keyof typeof states)[])('while the test is %s', (name) => {
  it.each(Object.keys(commands) as (keyof typeof commands)[])('%s', (command) => {
    const act = () => commands[command](stateIn(name));
    const refused = refusal(act);
    const outcome =
      refused === 'accepted'
        ? act()
            .map(({ type }) => type)
            .join()
        : refused;
    expect(outcome).toBe(table[name][command]);
  });
});

it('that was cancelled before it began does not begin', () => {
  const start = { backupId, worker, cause: 'asked', serverVersion: '6.0.5' } as const;
  expect(refusal(() => startRestoreTest(stateIn('none'), start))).toBe('WRONG_WORKER');
  expect(refusal(() => startRestoreTest(stateIn('requested'), start))).toBe('accepted');
});

it('ends with the cause with which it began', () => {
  const [event] = commands.Pass(stateIn('running'));
  expect(event).toStrictEqual(passed);
  expect(commands.Skip(stateIn('running'))[0]?.data).toMatchObject({ cause: 'asked' });
  expect(commands.Skip(stateIn('none'))[0]?.data).toMatchObject({ cause: 'schedule' });
});

it('names databases that nothing else has', () => {
  expect(testDatabase(backupId, 12)).toBe('hf_test_01970000000070008000000000000003_12');
  expect(isTestDatabase(testDatabase(backupId, 0))).toBe(true);
  expect(['hf_test_', 'shop', 'hf_test_01970000000070008000000000000003'].filter(isTestDatabase)).toStrictEqual([]);
});
