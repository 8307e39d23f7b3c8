// A password, a key and a passphrase that are easy to find must be found nowhere: not in events, read models, answers, logs, files or process lists.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openKit } from '../keys/recovery-kit.ts';
import { startHoldfastProcess } from '../testing/holdfast-process.ts';
import { startReplicaSet } from '../testing/mongo.ts';
import { slowDown } from '../testing/slow-down.ts';
import { until } from '../testing/until.ts';

it('keeps passwords, keys and passphrases out of events, answers, logs, files and process lists', async () => {
  await using source = await startReplicaSet({ auth: true });
  const uri = await source.addUser('backupuser', ['backup', 'restore', 'readWriteAnyDatabase']);
  const password = decodeURIComponent(/:\/\/[^:]+:([^@]+)@/.exec(uri)?.[1] ?? '');
  expect(password.length).toBeGreaterThan(8);
  const documents = Array.from({ length: 3_000 }, (_, n) => ({ n, text: 'x'.repeat(20_000) }));
  await source.client.db('shop').collection('a').insertMany(documents);
  await using server = await startHoldfastProcess({
    env: { MONGODB_URI: uri.replace('/?', '/shop?'), LOG_LEVEL: 'trace' },
  });
  const { client } = server;

  const faster = await slowDown(source.client, ['getMore'], 500);
  const { id } = await client.backups.request.mutate({ deploymentId: 'default' });
  await until(
    () => client.operations.current.query(),
    ([progress]) => (progress?.bytes ?? 0) > 0,
  );
  expect(await processListHolds(password)).toStrictEqual([]);
  await faster();
  await until(
    () => client.backups.byId.query({ id }),
    ({ status }) => status === 'completed',
  );
  const wrong = uri.replace('password-of', 'mistyped-password-of');
  await expect(client.deployments.test.mutate({ uri: wrong })).rejects.toMatchObject({
    data: { app: { code: 'DEPLOYMENT_UNREACHABLE', details: { reason: 'authentication-failed' } } },
  });

  const kitPassphrase = 'correct horse battery staple';
  await client.encryption.createKey.mutate({ name: 'main' });
  const { content } = await client.encryption.issueKit.mutate({ passphrase: kitPassphrase });
  const { code, keys } = await openKit(content, kitPassphrase);
  await expect(client.encryption.confirmKit.mutate({ code: '0000-0000' })).rejects.toThrow();
  await client.encryption.confirmKit.mutate({ code });
  await client.encryption.setDefault.mutate({ key: 'main' });
  const { id: encrypted } = await client.backups.request.mutate({ deploymentId: 'default' });
  await until(
    () => client.backups.byId.query({ id: encrypted }),
    ({ status }) => status === 'completed',
  );
  const secrets = [password, kitPassphrase, code, ...keys.map(({ identity }) => identity.toString())];

  const answers = JSON.stringify([
    await client.encryption.status.query(),
    await client.audit.search.query({ limit: 500 }),
    await client.deployments.list.query(),
    await client.backups.list.query({}),
    await client.configuration.export.query(),
    await client.system.info.query(),
    await client.destinations.list.query(),
    await client.system.doctor.query(),
  ]);
  for (const secret of secrets) {
    expect(answers).not.toContain(secret);
    expect(server.output()).not.toContain(secret);
    expect(await filesHolding(server.dataDir, secret)).toStrictEqual([]);
  }
  expect(server.output()).not.toContain(server.key);
});

async function processListHolds(text: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.includes(text) && !line.includes('vitest')) found.push(line.replaceAll('\0', ' ').slice(0, 200));
  }
  return found;
}

async function filesHolding(folder: string, text: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if ((await readFile(path).catch(() => Buffer.alloc(0))).includes(text)) found.push(path);
  }
  return found;
}
