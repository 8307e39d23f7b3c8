import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { backUp, expect, test, untilIdle } from './holdfast-server.ts';
import { database, fillShop } from './shop-data.ts';

test.afterEach(async ({ holdfast }) => untilIdle(holdfast));

/** Opens the page of a collection the way a person does: from the page of its backup. */
async function openCollection(page: Page, backupId: string, namespace: string): Promise<void> {
  await page.goto(`/backups/${backupId}`);
  await page.getByRole('link', { name: namespace, exact: true }).click();
  await expect(page.getByRole('heading', { name: namespace })).toBeVisible();
  await expect(page.getByRole('list', { name: 'Documents' })).toBeVisible();
}

test('reads documents out of a backup, page by page, after the database has lost them', async ({
  console: page,
  shop,
  holdfast,
}) => {
  const { client } = shop.mongo;
  await fillShop(client);
  const orders = client.db(database).collection('orders');
  const [first] = await orders.find().limit(1).toArray();
  const sought = await orders.find().skip(1_234).limit(1).next();
  const backupId = await backUp(holdfast, shop.deploymentId);
  await orders.deleteMany({});

  await openCollection(page, backupId, 'shop.orders');
  const list = page.getByRole('list', { name: 'Documents' });
  await expect(list.getByRole('listitem')).toHaveCount(20);
  await expect(page.getByText('Documents 1 to 20 of 2,000, in the order of the dump.')).toBeVisible();
  const tree = page.getByRole('region', { name: 'Document' });
  await expect(tree).toContainText(`_id: ${first?._id.toHexString()}objectId`);
  await expect(tree).toContainText('date');
  await expect(page.getByRole('button', { name: 'Previous' })).toBeDisabled();
  await page.getByRole('button', { name: 'Next' }).click();
  await expect(page.getByText('Documents 21 to 40 of 2,000')).toBeVisible();
  await page.getByRole('button', { name: 'Previous' }).click();
  await expect(page.getByText('Documents 1 to 20 of 2,000')).toBeVisible();

  await list.getByRole('button').nth(3).click();
  await expect(page.getByText(/^Document 4, \d+\sB of BSON$/)).toBeVisible();
  await tree.getByText('lines').click();
  await tree.getByText('lines').click();
  await expect(tree).toContainText('sku-2');

  const field = page.getByRole('textbox', { name: 'Find by _id, or by fields and their values' });
  await field.fill(sought?._id.toHexString() ?? '');
  await field.press('Enter');
  await expect(page.getByText('1 found, 1,235 of 2,000 documents looked at.')).toBeVisible();
  await expect(tree).toContainText(String(sought?._id.toHexString()));

  await field.fill('{"open": true, "lines.sku": "sku-1"}');
  await page.getByRole('button', { name: 'Find', exact: true }).click();
  await expect(page.getByText(/^20 found, \d+ of 2,000 documents looked at\.$/)).toBeVisible();
  await field.fill('{"open": "maybe"}');
  await field.press('Enter');
  await expect(page.getByText('Nothing found: 2,000 of 2,000 documents looked at.')).toBeVisible();
  await expect(list.getByRole('listitem')).toHaveCount(0);
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect(page.getByText('Documents 1 to 20 of 2,000')).toBeVisible();
  await fillShop(client);
});

test('says what is wrong with a filter, and where, in both languages', async ({ console: page, shop, holdfast }) => {
  const { items } = await holdfast.client.backups.list.query({ deploymentId: shop.deploymentId, status: 'completed' });
  await openCollection(page, String(items[0]?.id), 'shop.customers');
  const field = page.getByRole('textbox', { name: 'Find by _id, or by fields and their values' });
  await field.fill('{email: "lena"}');
  await field.press('Enter');
  await expect(page.getByText('a name in double quotes must stand here, at character 2')).toBeVisible();
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await field.fill('{"balance": {"$gt": 5}}');
  await field.press('Enter');
  await expect(page.getByText('$gt is not supported: fields are compared with values only')).toBeVisible();
  await page.evaluate(() => localStorage.setItem('holdfast.locale', 'fr'));
  await page.reload();
  await expect(page.getByText('Documents 1 à 20 sur 400, dans l’ordre de la sauvegarde.')).toBeVisible();
  const champ = page.getByRole('textbox', { name: 'Chercher par _id, ou par des champs et leurs valeurs' });
  await champ.fill('{"balance": {"$gt": 5}}');
  await champ.press('Enter');
  await expect(page.getByText('$gt n’est pas pris en charge')).toBeVisible();
});

test('downloads a collection and the whole archive', async ({ console: page, shop, holdfast }) => {
  await fillShop(shop.mongo.client);
  const stored = await shop.mongo.client.db(database).collection('customers').find({}, { raw: true }).toArray();
  const backupId = await backUp(holdfast, shop.deploymentId);
  await openCollection(page, backupId, 'shop.customers');
  const bytes = await downloaded(page, 'Download shop.customers as BSON', 'shop.customers.bson');
  expect(bytes.equals(Buffer.concat(stored as unknown as Uint8Array[]))).toBe(true);
  const lines = await downloaded(page, 'Download shop.customers as JSON lines', 'shop.customers.jsonl');
  expect(lines.toString().trimEnd().split('\n')).toHaveLength(400);
  await page.goto(`/backups/${backupId}`);
  const { sizeBytes } = await holdfast.client.backups.byId.query({ id: backupId as never });
  expect((await downloaded(page, 'Download', /^shop-prod-.*\.zip$/)).length).toBe(sizeBytes);
});

async function downloaded(page: Page, name: string, fileName: string | RegExp): Promise<Buffer> {
  const waiting = page.waitForEvent('download');
  await page.getByRole('link', { name, exact: true }).click();
  const download = await waiting;
  expect(download.suggestedFilename()).toMatch(fileName);
  return await readFile(await download.path());
}

test('finds its way in names that are hard to write into an address', async ({ console: page, shop, holdfast }) => {
  const odd = 'a/b?c#d %25 "ü" 人';
  await shop.mongo.client.db(database).collection<{ _id: string }>(odd).insertOne({ _id: 'one/two' });
  const backupId = await backUp(holdfast, shop.deploymentId);
  await openCollection(page, backupId, `shop.${odd}`);
  await expect(page.getByRole('region', { name: 'Document' })).toContainText('"one/two"');
  await page.reload();
  await expect(page.getByRole('region', { name: 'Document' })).toContainText('"one/two"');
  await fillShop(shop.mongo.client);
});
