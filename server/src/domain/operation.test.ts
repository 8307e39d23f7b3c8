import type { LedgerEvent } from '@holdfast/shared/events';
import { expect, it } from 'vitest';
import { takeOverOperation } from './operation.ts';
import { completeRestore, evolveRestore, type RestoreState } from './restore.ts';

const restoreId = '01970000-0000-7000-8000-000000000003' as never;
const deploymentId = '01970000-0000-7000-8000-000000000001' as never;
const running = { restoreId, deploymentId, status: 'running', worker: 'a/1' } as unknown as RestoreState;
const refused = expect.objectContaining({ code: 'WRONG_WORKER' });
const command = { operationId: restoreId, worker: 'b/1' };

it('takes an operation over from whoever has it, once, and refuses what that one appends afterwards', () => {
  const [event, ...more] = takeOverOperation('restore', running, command);
  expect([event, more]).toStrictEqual([
    {
      stream: `restore:${restoreId}`,
      type: 'OperationTakenOver',
      data: { operationId: restoreId, kind: 'restore', deploymentId, worker: 'b/1', from: 'a/1' },
    },
    [],
  ]);
  const after = evolveRestore(running, event as unknown as LedgerEvent);
  expect(takeOverOperation('restore', after, command)).toStrictEqual([]);
  const done = { durationMs: 1, documents: 1, collections: 1, databases: [], liveData: 'untouched' as const };
  expect(() => completeRestore(after, { restoreId, deploymentId, worker: 'a/1', ...done })).toThrow(refused);
});

it.each([undefined, { ...running, status: 'requested', worker: null }, { ...running, status: 'completed' }])(
  'takes nothing over that nobody has: %o',
  (state) => {
    expect(() => takeOverOperation('restore', state as RestoreState | undefined, command)).toThrow(refused);
  },
);
