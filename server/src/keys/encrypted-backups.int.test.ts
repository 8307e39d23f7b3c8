// Encrypted backups from the first key to the last: nothing without a kit, everything readable after a rotation, and no secret
// anywhere but in the kit.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Backup } from '@holdfast/shared/backup';
import type { IssuedKit } from '@holdfast/shared/encryption';
import { AppError } from '@holdfast/shared/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateIdentity } from '../archive/age/age-keys.ts';
import { openArchive } from '../archive/open-archive.ts';
import { compareDatabases } from '../sample/compare-databases.ts';
import { loadSample } from '../sample/load-sample.ts';
import { archiveSource } from '../storage/archive-source.ts';
import { expectConsistent } from '../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast } from '../testing/holdfast.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { until } from '../testing/until.ts';
import { openKit, type RecoveryKitContents } from './recovery-kit.ts';

const passphrase = 'correct horse battery staple';
let source: TestMongo;
let ledger: TestMongo;
let holdfast: TestHoldfast;

beforeAll(async () => {
  [source, ledger] = await Promise.all([startReplicaSet(), startReplicaSet()]);
  await loadSample(source.client, 'shop');
  const mongodbUri = source.uri.replace(/\/\?/, '/shop?');
  holdfast = await startHoldfast({ ledgerUri: ledger.uri, mongodbUri });
});
afterAll(async () => {
  await holdfast?.[Symbol.asyncDispose]();
  await Promise.all([source?.stop(), ledger?.stop()]);
});

const refusalOf = (call: Promise<unknown>) =>
  call.then(
    () => 'accepted',
    (error: { cause?: unknown }) => (error.cause instanceof AppError ? error.cause.code : error),
  );
const opened = (kit: IssuedKit) => openKit(kit.content, passphrase);

async function confirmedKit(): Promise<RecoveryKitContents> {
  const kit = await opened(await holdfast.api.encryption.issueKit({ passphrase }));
  await holdfast.api.encryption.confirmKit({ kitId: kit.kitId, code: kit.code.toLowerCase() });
  return kit;
}

async function backedUp(): Promise<Backup> {
  const { id } = await holdfast.api.backups.request({ deploymentId: 'default' });
  const backup = await holdfast.backupEnd(id);
  expect(backup.error).toBeNull();
  return backup;
}

async function restoresEqual({ id: backupId }: Backup, suffix: string): Promise<void> {
  const plan = await holdfast.api.restores.plan({ backupId, target: { kind: 'copy', suffix } });
  const { id } = await holdfast.api.restores.confirm({ planId: plan.id });
  expect(await holdfast.restoreEnd(id)).toMatchObject({ status: 'completed', error: null });
  const { differences, documents } = await compareDatabases(source.client, 'shop', `shop${suffix}`);
  expect(differences).toStrictEqual([]);
  expect(documents).toBeGreaterThan(10_000);
  await source.client.db(`shop${suffix}`).dropDatabase();
}

const kits: RecoveryKitContents[] = [];
const backups: Backup[] = [];

describe('before a kit is confirmed', () => {
  it('encrypts nothing, and says what is missing', async () => {
    const { encryption } = holdfast.api;
    expect(await refusalOf(encryption.issueKit({ passphrase }))).toBe('ENCRYPTION_KEY_MISSING');
    await encryption.createKey({ name: 'main' });
    expect(await refusalOf(encryption.setDefault({ key: 'main' }))).toBe('RECOVERY_KIT_REQUIRED');
    await expect(encryption.issueKit({ passphrase: 'too short' })).rejects.toThrow('12 characters');
    const kit = await encryption.issueKit({ passphrase });
    expect(await refusalOf(encryption.setDefault({ key: 'main' }))).toBe('RECOVERY_KIT_REQUIRED');
    expect(await refusalOf(encryption.confirmKit({ code: '0000-0000' }))).toBe('RECOVERY_KIT_CODE_WRONG');
    await encryption.issueKit({ passphrase });
    const { code } = await opened(kit);
    expect(await refusalOf(encryption.confirmKit({ kitId: kit.kitId, code }))).toBe('RECOVERY_KIT_NOT_FOUND');
    const plain = await backedUp();
    expect(plain.encryption).toBeNull();
    backups.push(plain);
  });
});

describe('with a confirmed kit', () => {
  it('encrypts, verifies and restores', async () => {
    kits.push(await confirmedKit());
    expect(kits[0]?.destinations).toStrictEqual([holdfast.services.destinations.main.url]);
    await holdfast.api.encryption.setDefault({ key: 'main' });
    const backup = await backedUp();
    backups.push(backup);
    expect(backup.encryption?.keys.map(({ name }) => name)).toStrictEqual(['main']);
    const bytes = await readFile(join(holdfast.config.dataDir, 'backups', backup.filePath ?? ''));
    expect(bytes.includes('"customers"')).toBe(false);
    await holdfast.api.backups.verify({ id: backup.id });
    await restoresEqual(backup, '_first');
  });

  it('tests a restore', async () => {
    const [, { id }] = backups as [Backup, Backup];
    await holdfast.api.backups.restoreTest({ id });
    const { restoreTest } = await until(
      () => holdfast.api.backups.byId({ id }),
      (one) => !['requested', 'running'].includes(one.restoreTest?.state ?? ''),
    );
    expect(restoreTest).toMatchObject({ state: 'passed', error: null });
  });

  it('does as the policy says', async () => {
    const [policy] = await holdfast.api.policies.list();
    if (policy === undefined) throw new Error('there is no policy');
    await holdfast.api.policies.set({ ...policy, encryption: 'off' });
    expect((await backedUp()).encryption).toBeNull();
    await holdfast.api.policies.set({ ...policy, encryption: 'inherit' });
    const unknown = '01970000-0000-7000-8000-000000000099' as never;
    expect(await refusalOf(holdfast.api.policies.set({ ...policy, encryption: unknown }))).toBe(
      'ENCRYPTION_KEY_NOT_FOUND',
    );
    const file = await holdfast.api.configuration.export();
    for (const one of file.deployments.flatMap(({ policies }) => policies)) one.encryption = unknown;
    expect(await refusalOf(holdfast.api.configuration.preview({ file }))).toBe('CONFIGURATION_INVALID');
  });

  it('rotates to a new key once a newer kit holds it; what the old one sealed stays readable', async () => {
    const { encryption } = holdfast.api;
    await encryption.createKey({ name: 'next' });
    expect(await refusalOf(encryption.setDefault({ key: 'next' }))).toBe('RECOVERY_KIT_REQUIRED');
    kits.push(await confirmedKit());
    await encryption.setDefault({ key: 'next' });
    const auditor = generateIdentity();
    await encryption.addRecipient({ name: 'auditor', recipient: auditor.recipient.toString() });
    const backup = await backedUp();
    backups.push(backup);
    expect(backup.encryption?.keys.map(({ name }) => name)).toStrictEqual(['next', 'auditor']);
    const file = await archiveSource(holdfast.services.destinations.main, backup.filePath ?? '');
    expect((await openArchive(file, { identities: [auditor] })).manifest.backupId).toBe(backup.id);
    const [, old] = backups as [Backup, Backup];
    await holdfast.api.backups.verify({ id: old.id });
    await restoresEqual(old, '_old');
    expect(await refusalOf(encryption.retireKey({ key: 'main' }))).toBe('ENCRYPTION_KEY_IN_USE');
  });

  it('destroys a key once no backup needs it', async () => {
    const { encryption } = holdfast.api;
    const secret = kits[0]?.keys[0]?.identity;
    const [, old] = backups as [Backup, Backup];
    await holdfast.api.backups.delete({ id: old.id });
    await encryption.retireKey({ key: 'main' });
    const identities = await holdfast.services.keys.identities();
    expect(identities.map(String)).not.toContain(String(secret));
    expect((await encryption.issueKit({ passphrase })).keyIds).toStrictEqual([kits[1]?.keys[1]?.id]);
    expect(await refusalOf(encryption.createKey({ name: 'main' }))).toBe('ENCRYPTION_KEY_EXISTS');
  });
});

it('keeps keys, codes and passphrases out of the ledger and of every answer', async () => {
  const { api, services } = holdfast;
  const answers = JSON.stringify([
    await services.ledger.read({ limit: 1_000 }),
    await api.encryption.status(),
    await api.configuration.export(),
    await api.backups.list({}),
    await api.audit.search({ limit: 500 }),
    await ledger.client.db('holdfast').collection('secrets').find().toArray(),
    await services.ledger.state('encryption'),
  ]);
  const secrets = kits.flatMap(({ code, keys }) => [code, ...keys.map(({ identity }) => identity.toString())]);
  expect(secrets).toHaveLength(5);
  for (const secret of [passphrase, 'AGE-SECRET-KEY', ...secrets]) expect(answers).not.toContain(secret);
  await expectConsistent(services, [source.client]);
});
