import { defaultRestoreOptions, type Restore } from '@holdfast/shared/restore';
import { expect, it } from 'vitest';
import { backupId, deploymentId, restoreId } from '../domain/examples.ts';
import { describeRestore } from './describe-restore.ts';

const done: Restore = {
  ...{ id: restoreId, backupId, deploymentId, deploymentName: 'shop', source: null, target: { kind: 'original' } },
  ...{ options: defaultRestoreOptions, undoOf: null, actor: { kind: 'user', id: 'administrator' } },
  ...{ createdAt: '2026-01-01T00:00:00.000Z', startedAt: null, completedAt: null, durationMs: null },
  ...{ status: 'completed', phase: 'finish', documents: 2, collections: 1, databases: ['shop'], liveData: 'replaced' },
  ...{ swapMethod: null, swapMs: null, safetyBackupId: null, merged: null, undo: null, error: null },
};

it.each<[string, Partial<Restore>, RegExp]>([
  ['in place', {}, /^Live data +replaced by what the backup holds$/m],
  [
    'a merge',
    { options: { ...defaultRestoreOptions, mode: 'merge' } },
    /^Live data +as it was, with what was missing/m,
  ],
  ['an undo', { undoOf: restoreId }, /^Live data +back to what it was before/m],
  ['under way', { status: 'running', phase: 'prove', liveData: 'untouched' }, /^Live data +untouched$/m],
  ['at its swap', { status: 'running', phase: 'swap', liveData: 'untouched' }, /^Live data +being replaced$/m],
  ['after it', { status: 'running', liveData: 'partly-replaced' }, /^Live data +being replaced$/m],
  [
    'a copy at its end',
    { status: 'running', liveData: 'untouched', target: { kind: 'copy' } },
    /^Live data +untouched$/m,
  ],
  ['given up', { status: 'failed', liveData: 'partly-replaced' }, /^Live data +partly replaced$/m],
])('says what live data is like: %s', (_, change, words) => {
  expect(describeRestore({ ...done, ...change })).toMatch(words);
});
