import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startStandInServer } from '../testing/stand-in-server.ts';
import { buildPackage } from './build-package.ts';

const workspace = fileURLToPath(new URL('../../..', import.meta.url)).replace(/[/\\]$/, '');
const require = createRequire(import.meta.url);
const tsc = join(dirname(require.resolve('typescript/package.json')), 'lib', 'tsc.js');

let elsewhere: string;

beforeAll(async () => {
  run([tsc, '-b', 'client'], workspace);
  elsewhere = await mkdtemp(join(tmpdir(), 'holdfast-client-'));
  const modules = join(elsewhere, 'node_modules');
  await buildPackage({ workspace, target: join(modules, '@holdfast', 'client') });
  await mkdir(join(modules, '@trpc'));
  for (const name of ['@trpc/client', '@trpc/server', 'eventsource'])
    await symlink(join(workspace, 'client', 'node_modules', name), join(modules, name));
  await symlink(join(workspace, 'shared', 'node_modules', 'zod'), join(modules, 'zod'));
  await writeFile(join(elsewhere, 'package.json'), '{ "type": "module" }');
}, 120_000);

afterAll(() => rm(elsewhere, { recursive: true, force: true }));

it('has types that hold without the workspace, and refuse what the server would refuse', async () => {
  const problems = await typeProblems(`
    import { appErrorOf, createHoldfastClient, waitForOperation } from '@holdfast/client';
    import type { AppRouter } from '@holdfast/client/router';
    import type { TRPCClient } from '@trpc/client';
    const client: TRPCClient<AppRouter> = createHoldfastClient({ url: 'http://127.0.0.1:4400' });
    const { id } = await client.backups.request.mutate({ deploymentId: 'orders' });
    const backup = await waitForOperation(client, { kind: 'backup', id });
    const size: number | null = backup.sizeBytes;
    const refusal = appErrorOf(null);
    if (refusal?.code === 'OPERATION_IN_PROGRESS') refusal.details.holder.operationId satisfies string;
    client.live.events.subscribe({ after: 1 }, { onData: ({ data }) => data.position satisfies number });
    client.backups.list.query({ limit: 'ten' });
    const wrong: number = backup.status;
    client.backups.nothing.query();
  `);
  expect(problems).toEqual([
    expect.stringContaining("TS2322: Type 'string' is not assignable to type 'number'"),
    expect.stringContaining('TS2322'),
    expect.stringContaining("Property 'nothing' does not exist"),
  ]);
}, 60_000);

it('runs without the workspace', async () => {
  await using server = await startStandInServer();
  server.backup = { id: '019a0000-0000-7000-8000-000000000001', status: 'completed' };
  await writeFile(
    join(elsewhere, 'run.js'),
    `import { createHoldfastClient, waitForOperation } from '@holdfast/client';
     const client = createHoldfastClient({ url: process.argv[2] });
     const { status } = await waitForOperation(client, { kind: 'backup', id: '${server.backup.id}' });
     process.stdout.write(status);`,
  );
  const child = spawn(process.execPath, ['run.js', server.url], {
    cwd: elsewhere,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  expect(Buffer.concat(await child.stdout.toArray()).toString()).toBe('completed');
}, 60_000);

async function typeProblems(source: string): Promise<string[]> {
  await writeFile(join(elsewhere, 'consumer.ts'), source);
  const options = [
    '--strict',
    '--noEmit',
    '--target',
    'ES2024',
    '--lib',
    'ESNext,DOM',
    '--module',
    'NodeNext',
    '--types',
    '',
  ];
  const { stdout } = run([tsc, ...options, '--skipLibCheck', 'false', 'consumer.ts'], elsewhere);
  return stdout.split('\n').filter((line) => line.includes('error TS'));
}

function run(args: readonly string[], cwd: string) {
  return spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
}
