import { expect, test } from 'vitest';
import { privilegeChecks } from './check-deployment.ts';
import { spaceCheck } from './check-disks.ts';
import { checkNode, checkTimeZones } from './check-host.ts';
import { checkClock, clockCheck, ledgerCheck } from './check-ledger.ts';

test('an old Node fails, the one this runs on does not', () => {
  expect(checkNode('24.11.0').status).toBe('failed');
  expect(checkNode(process.versions.node)).toMatchObject({ status: 'ok', advice: null });
});

test('summer time is known here; a Node without it fails', () => {
  expect(checkTimeZones().status).toBe('ok');
  expect(checkTimeZones(() => 'GMT+01:00')).toMatchObject({
    status: 'failed',
    found: 'Europe/Paris is GMT+01:00 in January and GMT+01:00 in July',
  });
});

test.each([
  [100e9, 'ok'],
  [9e9, 'warning'],
  [4e9, 'failed'],
])('of 100 GB, %d bytes free are %s', (freeBytes, status) => {
  const check = spaceCheck({ id: 'disk', title: 'Disk', folder: '/data', freeBytes, totalBytes: 100e9 });
  expect(check.status).toBe(status);
  expect(check.advice === null).toBe(status === 'ok');
});

test.each([
  [-4_000, 'ok', /within 4\.0 s/],
  [6_000, 'warning', /6\.0 s ahead of/],
  [-90_000, 'warning', /90\.0 s behind/],
])('a clock that is %d ms ahead is %s', (aheadMs, status, words) => {
  expect(clockCheck(aheadMs)).toMatchObject({ status, found: expect.stringMatching(words) });
});

test("half of the answer's travel time is not taken for a wrong clock", async () => {
  const times = [100_000, 120_000];
  const check = await checkClock(
    async () => 110_000,
    () => times.shift() ?? 0,
  );
  expect(check).toMatchObject({ status: 'ok', found: expect.stringContaining('within 0.0 s') });
});

test('a standalone ledger fails with what to do', () => {
  const facts = { version: '6.0.5', featureCompatibilityVersion: null, replicaSetId: null, sharded: false };
  expect(ledgerCheck('external', { ...facts, replicaSet: null } as never)).toMatchObject({
    status: 'failed',
    advice: expect.stringContaining('rs.initiate()'),
  });
  expect(ledgerCheck('external', { ...facts, replicaSet: 'rs0' } as never).status).toBe('ok');
});

test('a server without access control is pointed out', () => {
  const scope = { database: null, serversOwn: [] };
  const [check] = privilegeChecks('shop', { access: 'open', privileges: [], scope });
  expect(check).toMatchObject({ status: 'warning', advice: expect.stringContaining('createUser') });
});
