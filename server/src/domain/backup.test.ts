import type { Failure } from '@holdfast/shared/failures';
import type { DestinationId } from '@holdfast/shared/ids';
import { describe, expect, it } from 'vitest';
import {
  adoptBackup,
  cancelBackup,
  completeBackup,
  deleteBackup,
  expireBackup,
  failBackup,
  importBackup,
  recordVerification,
  requestBackup,
  sealBackup,
  startBackup,
} from './backup.ts';
import { missCopy, recordCopy } from './copies.ts';
import {
  adoptedData,
  backupEvents,
  backupId,
  backupIn,
  deploymentId,
  importedData,
  otherBackupId,
  policyId,
  registered,
  sealedData,
  worker,
} from './examples.ts';
import { given, refusal, someone } from './testing.ts';

const failure: Failure = { reason: 'stalled', message: 'no byte', hint: 'look' };
const by = { worker };
const stream = `backup:${backupId}` as const;

const first = { id: sealedData.destinationId, name: 'main' };
const second = { id: '01970000-0000-7000-8000-000000000018' as DestinationId, name: 'offsite' };

const commands = {
  Start: (state: ReturnType<typeof stateIn>) => startBackup(state, { backupId, deploymentId, worker }),
  Seal: (state: ReturnType<typeof stateIn>) => sealBackup(state, sealedData),
  Complete: (state: ReturnType<typeof stateIn>) => completeBackup(state, { backupId, by, durationMs: 5 }),
  Fail: (state: ReturnType<typeof stateIn>) => failBackup(state, { backupId, by, failure }),
  Cancel: (state: ReturnType<typeof stateIn>) => cancelBackup(state, { backupId, by }),
  Expire: (state: ReturnType<typeof stateIn>) => expireBackup(state, { backupId, retentionCount: 3 }),
  Delete: (state: ReturnType<typeof stateIn>) => deleteBackup(state, { backupId, cause: 'retention' }),
  Miss: (state: ReturnType<typeof stateIn>) => missCopy(state, { backupId, destination: first, known: [first.id] }),
  Copy: (state: ReturnType<typeof stateIn>) =>
    recordCopy(state, { backupId, destination: second, key: sealedData.key, sizeBytes: 10 }),
  Adopt: (backup: ReturnType<typeof stateIn>) =>
    adoptBackup({ backup, deployment: given(registered)(`deployment:${deploymentId}`) }, adoptedData),
  Import: (backup: ReturnType<typeof stateIn>) =>
    importBackup({ backup, deployment: given(registered)(`deployment:${deploymentId}`) }, importedData),
  Verify: (state: ReturnType<typeof stateIn>) =>
    recordVerification(state, backupId, { durationMs: 5, documents: 3, sha256: 'a'.repeat(64) }, 'asked'),
};

const no = 'WRONG_WORKER';
/** What each command does in each status: the event it appends, `nothing`, or the refusal's code. */
const table: Record<string, Record<keyof typeof commands, string>> = {
  none: {
    Start: no,
    Seal: no,
    Complete: no,
    Fail: no,
    Cancel: no,
    Expire: 'nothing',
    Delete: 'BACKUP_NOT_FOUND',
    Miss: 'nothing',
    Copy: 'BACKUP_NOT_RESTORABLE',
    Adopt: 'BackupAdopted',
    Import: 'BackupImported',
    Verify: 'BACKUP_NOT_FOUND',
  },
  requested: {
    Start: 'BackupStarted',
    Seal: no,
    Complete: no,
    Fail: 'BackupFailed',
    Cancel: 'BackupCancelled',
    Expire: 'nothing',
    Delete: 'BACKUP_NOT_RESTORABLE',
    Miss: 'nothing',
    Copy: 'BACKUP_NOT_RESTORABLE',
    Adopt: 'BACKUP_EXISTS',
    Import: 'BACKUP_EXISTS',
    Verify: 'BACKUP_NOT_RESTORABLE',
  },
  running: {
    Start: 'nothing',
    Seal: 'BackupSealed',
    Complete: no,
    Fail: 'BackupFailed',
    Cancel: 'BackupCancelled',
    Expire: 'nothing',
    Delete: 'BACKUP_NOT_RESTORABLE',
    Miss: 'nothing',
    Copy: 'BACKUP_NOT_RESTORABLE',
    Adopt: 'BACKUP_EXISTS',
    Import: 'BACKUP_EXISTS',
    Verify: 'BACKUP_NOT_RESTORABLE',
  },
  sealed: {
    Start: no,
    Seal: 'nothing',
    Complete: 'BackupCompleted',
    Fail: 'BackupFailed',
    Cancel: 'BackupCancelled',
    Expire: 'nothing',
    Delete: 'BACKUP_NOT_RESTORABLE',
    Miss: 'nothing',
    Copy: 'BACKUP_NOT_RESTORABLE',
    Adopt: 'BACKUP_EXISTS',
    Import: 'BACKUP_EXISTS',
    Verify: 'BACKUP_NOT_RESTORABLE',
  },
  completed: {
    Start: no,
    Seal: no,
    Complete: 'nothing',
    Fail: no,
    Cancel: no,
    Expire: 'BackupExpired',
    Delete: 'BackupDeleted',
    Miss: 'BackupMissing',
    Copy: 'BackupCopied',
    Adopt: 'BACKUP_EXISTS',
    Import: 'BACKUP_EXISTS',
    Verify: 'BackupVerified',
  },
  missing: {
    Start: no,
    Seal: no,
    Complete: no,
    Fail: no,
    Cancel: no,
    Expire: 'nothing',
    Delete: 'BackupDeleted',
    Miss: 'nothing',
    Copy: 'BACKUP_NOT_RESTORABLE',
    Adopt: 'BackupAdopted',
    Import: 'BACKUP_EXISTS',
    Verify: 'BACKUP_NOT_RESTORABLE',
  },
  adopted: {
    Start: no,
    Seal: no,
    Complete: 'nothing',
    Fail: no,
    Cancel: no,
    Expire: 'BackupExpired',
    Delete: 'BackupDeleted',
    Miss: 'BackupMissing',
    Copy: 'BackupCopied',
    Adopt: 'BACKUP_EXISTS',
    Import: 'nothing',
    Verify: 'BackupVerified',
  },
  imported: {
    Start: no,
    Seal: no,
    Complete: 'nothing',
    Fail: no,
    Cancel: no,
    Expire: 'BackupExpired',
    Delete: 'BackupDeleted',
    Miss: 'BackupMissing',
    Copy: 'BackupCopied',
    Adopt: 'BACKUP_EXISTS',
    Import: 'nothing',
    Verify: 'BackupVerified',
  },
  failed: {
    Start: no,
    Seal: no,
    Complete: no,
    Fail: no,
    Cancel: no,
    Expire: 'nothing',
    Delete: 'BACKUP_NOT_RESTORABLE',
    Miss: 'nothing',
    Copy: 'BACKUP_NOT_RESTORABLE',
    Adopt: 'BACKUP_EXISTS',
    Import: 'BACKUP_EXISTS',
    Verify: 'BACKUP_NOT_RESTORABLE',
  },
  cancelled: {
    Start: no,
    Seal: no,
    Complete: no,
    Fail: no,
    Cancel: no,
    Expire: 'nothing',
    Delete: 'BACKUP_NOT_RESTORABLE',
    Miss: 'nothing',
    Copy: 'BACKUP_NOT_RESTORABLE',
    Adopt: 'BACKUP_EXISTS',
    Import: 'BACKUP_EXISTS',
    Verify: 'BACKUP_NOT_RESTORABLE',
  },
  expired: {
    Start: no,
    Seal: no,
    Complete: no,
    Fail: no,
    Cancel: no,
    Expire: 'nothing',
    Delete: 'BackupDeleted',
    Miss: 'nothing',
    Copy: 'BACKUP_NOT_RESTORABLE',
    Adopt: 'BACKUP_EXISTS',
    Import: 'BACKUP_EXISTS',
    Verify: 'BACKUP_NOT_RESTORABLE',
  },
  deleted: {
    Start: no,
    Seal: no,
    Complete: no,
    Fail: no,
    Cancel: no,
    Expire: 'nothing',
    Delete: 'nothing',
    Miss: 'nothing',
    Copy: 'BACKUP_NOT_RESTORABLE',
    Adopt: 'BACKUP_EXISTS',
    Import: 'BACKUP_EXISTS',
    Verify: 'BACKUP_NOT_RESTORABLE',
  },
};

describe('a backup in each state', () => {
  const rows = Object.entries(table).flatMap(([status, row]) =>
    Object.entries(row).map(([command, outcome]) => [status, command as keyof typeof commands, outcome] as const),
  );
  it.each(rows)('%s: %s -> %s', (status, command, outcome) => {
    let appended = 'nothing';
    const code = refusal(() => {
      appended =
        commands[command](stateIn(status))
          .map(({ type }) => type)
          .join() || 'nothing';
    });
    expect(code === 'accepted' ? appended : code).toBe(outcome);
  });
});

describe('the lock', () => {
  const ask = (
    read: ReturnType<typeof given>,
    trigger: 'manual' | 'schedule' = 'manual',
    dueAt: string | null = null,
  ) =>
    requestBackup(
      { deployment: read(`deployment:${deploymentId}`), policy: read(`policy:${policyId}`) },
      { backupId: otherBackupId, deploymentId, policyId, trigger, dueAt },
    );

  it.each(['requested', 'running', 'sealed'])(
    'refuses a second backup while one is %s, naming who and since when',
    (status) => {
      const second = () => ask(given(backupIn[status] ?? []));
      expect(refusal(second)).toBe('OPERATION_IN_PROGRESS');
      expect(second).toThrow(
        expect.objectContaining({
          details: {
            deploymentName: 'shop',
            holder: {
              kind: 'backup',
              operationId: backupId,
              actor: someone,
              since: '2026-01-01T00:00:02.000Z',
              cancelRequested: false,
            },
          },
        }),
      );
    },
  );

  it.each(['none', 'completed', 'failed', 'cancelled', 'expired'])(
    'accepts a backup when the last one is %s',
    (status) => {
      expect(ask(given(backupIn[status] ?? [])).map(({ type }) => type)).toStrictEqual(['BackupRequested']);
    },
  );

  it('records a scheduled backup that finds the lock taken as skipped', () => {
    const events = ask(given(backupIn.running ?? []), 'schedule', '2026-01-01T02:00:00.000Z');
    expect(events).toStrictEqual([
      {
        stream: `policy:${policyId}`,
        type: 'BackupSkipped',
        data: { policyId, deploymentId, dueAt: '2026-01-01T02:00:00.000Z', reason: 'busy' },
      },
    ]);
  });

  it('answers one due time once, also when the first answer was a skip', () => {
    const dueAt = '2026-01-01T02:00:00.000Z';
    const first = ask(given(registered), 'schedule', dueAt);
    expect(first.map(({ type }) => type)).toStrictEqual(['BackupRequested']);
    expect(
      ask(
        given([
          ...registered,
          ...first,
          { ...backupEvents.cancelled, data: { backupId: otherBackupId, deploymentId } },
        ]),
        'schedule',
        dueAt,
      ),
    ).toStrictEqual([]);
    const skipped = ask(given(backupIn.running ?? []), 'schedule', dueAt);
    expect(ask(given([...(backupIn.running ?? []), ...skipped, backupEvents.failed]), 'schedule', dueAt)).toStrictEqual(
      [],
    );
  });

  it('asks for nothing when the policy is off', () => {
    const off = {
      policyId,
      deploymentId,
      name: 'daily',
      enabled: false,
      scheduledHour: 2,
      retentionCount: 3,
      timezone: 'UTC',
    };
    const read = given([...registered, { stream: `policy:${policyId}`, type: 'PolicyChanged', data: off }]);
    expect(ask(read, 'schedule', '2026-01-01T02:00:00.000Z')).toStrictEqual([]);
  });

  it('refuses a deployment that is not there', () => {
    expect(refusal(() => ask(given([])))).toBe('DEPLOYMENT_NOT_FOUND');
  });
});

describe('an adopted backup', () => {
  const adopt = (status: string) =>
    adoptBackup({ backup: stateIn(status), deployment: given(registered)(`deployment:${deploymentId}`) }, adoptedData);

  it('belongs to no policy, also when it had one, and takes no lock', () => {
    const events = adopt('missing');
    expect(events).toStrictEqual([backupEvents.adopted]);
    const read = given([...(backupIn.missing ?? []), ...events]);
    expect(read(stream)).toMatchObject({ status: 'completed', policyId: null, sealed: { key: adoptedData.key } });
    expect(read(`deployment:${deploymentId}`)?.operation).toBeNull();
  });

  it('needs a registered deployment', () => {
    const alone = () => adoptBackup({ backup: undefined, deployment: undefined }, adoptedData);
    expect(refusal(alone)).toBe('DEPLOYMENT_NOT_FOUND');
  });
});

describe('the fence', () => {
  const stranger = { worker: 'instance/another-boot' };

  it.each(['running', 'sealed'])('refuses every append of another worker while %s', (status) => {
    const state = stateIn(status);
    expect(refusal(() => sealBackup(state, { ...sealedData, ...stranger }))).toBe(no);
    expect(refusal(() => completeBackup(state, { backupId, by: stranger, durationMs: 1 }))).toBe(no);
    expect(refusal(() => failBackup(state, { backupId, by: stranger, failure }))).toBe(no);
    expect(refusal(() => cancelBackup(state, { backupId, by: stranger }))).toBe(no);
  });

  it('lets the supervisor end an abandoned backup and finish a sealed one', () => {
    expect(failBackup(stateIn('running'), { backupId, by: 'supervisor', failure })[0]?.type).toBe('BackupFailed');
    expect(completeBackup(stateIn('sealed'), { backupId, by: 'supervisor', durationMs: 1 })[0]?.type).toBe(
      'BackupCompleted',
    );
  });
});

function stateIn(status: string) {
  return given(backupIn[status] ?? [])(stream);
}
