import { describe, expect, it } from 'vitest';
import { sampleBackup, sampleDeployment, sampleEvent } from '../testing/samples.ts';
import { isAffected, isWaitingList } from './affected-queries.ts';

const { id: deploymentId } = sampleDeployment();
const { id: backupId } = sampleBackup();
const completed = sampleEvent('BackupCompleted', { data: { backupId } });

describe('a completed backup', () => {
  it.each([
    ['backups.list', undefined],
    ['backups.list', { deploymentId }],
    ['backups.byId', { id: backupId }],
    ['deployments.list', undefined],
    ['policies.list', undefined],
    ['system.info', undefined],
    ['destinations.list', undefined],
  ])('makes %s %j out of date', (path, input) => {
    expect(isAffected([path, input], completed)).toBe(true);
  });

  it.each([
    ['backups.list', { deploymentId: 'another' }],
    ['backups.byId', { id: 'another' }],
    ['restores.list', undefined],
    ['audit.search', { limit: 50 }],
    ['audit.search', { operationId: 'another' }],
    ['system.doctor', undefined],
  ])('leaves %s %j as it is', (path, input) => {
    expect(isAffected([path, input], completed)).toBe(false);
  });
});

it('a restore test concerns its backup, the deployment and all tests', () => {
  const passed = sampleEvent('RestoreTestPassed', { data: { backupId, deploymentId } });
  const affected = [
    ['backups.byId', { id: backupId }],
    ['backups.list'],
    ['deployments.list'],
    ['restoreTests.state'],
  ] as const;
  expect(affected.filter((key) => !isAffected(key, passed))).toEqual([]);
  expect(isAffected(['policies.list'], passed)).toBe(false);
});

it('adds an event to the story of its operation', () => {
  const event = sampleEvent('BackupStarted', { correlationId: 'op' });
  expect(isAffected(['audit.search', { operationId: 'op', limit: 100 }], event)).toBe(true);
});

it('counts a safety backup among the backups, and the restore that took it among the restores', () => {
  const safety = sampleEvent('SafetyBackupCompleted', { data: { backupId } });
  expect(isAffected(['backups.list', { deploymentId }], safety)).toBe(true);
  expect(isAffected(['restores.byId', { id: 'r' }], sampleEvent('RestoreUndone', { data: { restoreId: 'r' } }))).toBe(
    true,
  );
});

it('asks for everything again after an import', () => {
  expect(isAffected(['policies.byId', { id: 'any' }], sampleEvent('ConfigurationImported'))).toBe(true);
});

it('takes the lock from a restore as from a backup', () => {
  expect(isAffected(['deployments.list', undefined], sampleEvent('RestoreRequested'))).toBe(true);
});

it('leaves the unfiltered activity to its reader', () => {
  expect(isWaitingList(['audit.search', { limit: 50 }])).toBe(true);
  expect(isWaitingList(['audit.search', { limit: 50, type: 'BackupFailed' }])).toBe(false);
  expect(isWaitingList(['audit.head', undefined])).toBe(false);
});
