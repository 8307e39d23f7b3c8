import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './holdfast-server.ts';
import { database, fillShop, readDatabase } from './shop-data.ts';

test('imports a dump that was made elsewhere, which restores as it was', async ({ console: page, shop, holdfast }) => {
  const { client } = shop.mongo;
  await fillShop(client);
  const original = await readDatabase(client, database);
  const file = join(holdfast.dataDir, 'elsewhere.archive.gz');
  await mongodump(`--uri=${shop.uri}`, '--gzip', `--archive=${file}`);

  await page.goto('/deployments/shop-prod');
  await page.getByRole('button', { name: 'Import a backup…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import a backup' });
  await expect(dialog.getByRole('combobox', { name: 'Deployment' })).toHaveValue(shop.deploymentId);
  await expect(dialog.getByRole('button', { name: 'Import the backup' })).toBeDisabled();
  await dialog.getByLabel('File of mongodump').setInputFiles(file);
  await dialog.getByLabel('Taken').fill('2026-03-01T04:05');
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  await dialog.getByRole('button', { name: 'Import the backup' }).click();
  const done = page.getByRole('dialog', { name: 'The backup of shop-prod is imported' });
  await expect(done.getByText('2,400 documents in 4 collections')).toBeVisible();
  await expect(done.getByText('The checksum that mongodump wrote for every collection has held.')).toBeVisible();
  await done.getByRole('link', { name: 'Open the backup' }).click();
  await expect(page.getByText('elsewhere.archive.gz', { exact: true })).toBeVisible();
  await expect(page.getByText('compressed archive of mongodump')).toBeVisible();

  const { items } = await holdfast.client.backups.list.query({ deploymentId: shop.deploymentId });
  // Older than what was backed up here, though it came later.
  const imported = items.at(-1);
  expect([items.at(0)?.trigger, imported?.trigger]).toEqual(['api', 'imported']);
  expect(imported?.createdAt).toBe('2026-03-01T03:05:00.000Z');
  const target = { kind: 'copy', suffix: '_imported' } as const;
  const plan = await holdfast.client.restores.plan.mutate({ backupId: imported?.id as never, target });
  const { id } = await holdfast.client.restores.confirm.mutate({ planId: plan.id });
  await expect.poll(async () => (await holdfast.client.restores.byId.query({ id })).status).toBe('completed');
  expect(await readDatabase(client, 'shop_imported')).toEqual(original);
  await client.db('shop_imported').dropDatabase();
});

test('says why a dump is refused while it is still being sent, and imports nothing', async ({
  console: page,
  shop,
  holdfast,
}) => {
  const { client } = shop.mongo;
  await fillShop(client);
  const padding = Buffer.alloc(12_000_000, 1);
  for (let n = 0; n < 6; n += 1)
    await client
      .db(database)
      .collection<{ _id: number }>('files')
      .insertOne({ _id: n, padding } as never);
  const file = join(holdfast.dataDir, 'damaged.archive');
  await mongodump(`--uri=${shop.uri}`, `--archive=${file}`);
  const bytes = await readFile(file);
  bytes.write('X', bytes.indexOf('customer-7@'));
  await writeFile(file, bytes);
  expect(bytes.length).toBeGreaterThan(60_000_000);
  const before = await holdfast.client.backups.list.query({});

  await page.goto('/deployments/shop-prod');
  await page.getByRole('button', { name: 'Import a backup…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import a backup' });
  await dialog.getByLabel('File of mongodump').setInputFiles(file);
  await dialog.getByRole('button', { name: 'Import the backup' }).click();
  await expect(dialog.getByRole('alert')).toContainText('The dump cannot be read');
  await expect(dialog.getByRole('alert')).toContainText('the documents of shop.customers do not match their checksum');
  await expect(dialog.getByRole('alert')).toContainText('Nothing was imported.');
  // What was chosen stays.
  await expect(dialog.getByRole('button', { name: 'Import the backup' })).toBeEnabled();
  await dialog.getByRole('button', { name: 'Go back' }).click();
  await expect(dialog).toHaveCount(0);
  expect(await holdfast.client.backups.list.query({})).toEqual(before);
});

async function mongodump(...args: string[]): Promise<void> {
  const { testTools } = await import('@holdfast/server/testing/tools');
  const { mongodump: path } = await testTools();
  await promisify(execFile)(path, ['--quiet', ...args]);
}
