import type { Page } from '@playwright/test';
import { backUp, expect, test, untilIdle } from './holdfast-server.ts';
import { database, fillShop, readDatabase } from './shop-data.ts';

test.afterEach(async ({ holdfast }) => untilIdle(holdfast));

test('restores into a copy that equals the original, and leaves the original alone', async ({
  console: page,
  shop,
  holdfast,
}) => {
  const { client } = shop.mongo;
  await fillShop(client);
  await backUp(holdfast, shop.deploymentId);
  const original = await readDatabase(client, database);
  expect(original.size).toBe(4);
  await client.db(database).collection('orders').deleteMany({ open: true });
  const damaged = await readDatabase(client, database);

  await page.goto('/deployments/shop-prod');
  await page.getByRole('button', { name: 'Restore…', exact: true }).first().click();
  await expect(page.getByRole('heading', { level: 1, name: /^Restore shop-prod to / })).toBeVisible();
  await expect(page.getByRole('radio', { name: /^Into a copy/ })).toBeChecked();
  await page.getByRole('textbox', { name: 'Suffix' }).fill('_copy');
  await expect(page.getByText('shop_copy', { exact: true })).toBeVisible();
  await expect(page.getByRole('list', { name: 'What this restore does' })).toHaveText('4 added');
  await page.getByRole('button', { name: 'Continue to confirm…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Restore shop-prod?' });
  await expect(dialog.getByText('shop_copy', { exact: true })).toBeVisible();
  await dialog.getByRole('button', { name: 'Restore shop-prod' }).click();

  await expect(page.getByText('shop-prod is restored')).toBeVisible();
  await expect(page.getByRole('status').getByText('The copy is in shop_copy.')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Live data is unchanged.' })).toBeVisible();
  expect(await readDatabase(client, 'shop_copy')).toEqual(original);
  expect(await readDatabase(client, database)).toEqual(damaged);
  await client.db('shop_copy').dropDatabase();
});

test('restores in place only after the name was typed exactly', async ({ console: page, shop, holdfast }) => {
  const { client } = shop.mongo;
  await fillShop(client);
  const backupId = await backUp(holdfast, shop.deploymentId);
  const original = await readDatabase(client, database);
  await client.db(database).collection('customers').deleteMany({});

  await page.goto(`/backups/${backupId}`);
  await page.getByRole('button', { name: 'Restore…', exact: true }).first().click();
  await page.getByRole('radio', { name: /^In place/ }).check();
  await expect(page.getByText('REPLACES_LIVE_DATA')).toBeVisible();
  await expect(page.getByRole('row', { name: /^shop\.customers/ })).toContainText('+400');
  await page.getByRole('button', { name: 'Continue to confirm…' }).click();
  const confirm = page.getByRole('button', { name: 'Restore shop-prod' });
  const phrase = page.getByRole('dialog').getByRole('textbox');
  await expect(phrase).toBeFocused();
  for (const wrong of ['', 'Shop', 'shop-prod', 'shop ']) {
    await phrase.fill(wrong);
    await phrase.press('Enter');
    await expect(confirm).toBeDisabled();
  }
  expect(
    (await holdfast.client.restores.list.query({ deploymentId: shop.deploymentId })).items.filter(
      ({ target }) => target.kind === 'original',
    ),
  ).toEqual([]);

  await phrase.fill('shop');
  await confirm.click();
  await expect(page.getByText('shop-prod is restored')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Live data is replaced by the backup.' })).toBeVisible();
  expect(await readDatabase(client, database)).toEqual(original);
});

test('refuses a wrong phrase at the server too', async ({ shop, holdfast }) => {
  const { items } = await holdfast.client.backups.list.query({ deploymentId: shop.deploymentId, status: 'completed' });
  const plan = await holdfast.client.restores.plan.mutate({
    backupId: items[0]?.id ?? '',
    target: { kind: 'original' },
  });
  const refusal = holdfast.client.restores.confirm.mutate({ planId: plan.id, phrase: 'Shop' });
  await expect(refusal).rejects.toMatchObject({ data: { app: { code: 'CONFIRMATION_MISMATCH' } } });
});

test('says what is wrong when the copy would land in a database that exists', async ({ console: page, shop }) => {
  await shop.mongo.client.db('shop_taken').collection('something').insertOne({});
  await page.goto('/deployments/shop-prod');
  await page.getByRole('button', { name: 'Restore…', exact: true }).first().click();
  await page.getByRole('textbox', { name: 'Suffix' }).fill('_taken');
  await expect(page.getByRole('alert').getByText('These databases are in the way: shop_taken.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Continue to confirm…' })).toBeDisabled();
  await shop.mongo.client.db('shop_taken').dropDatabase();
});

test('restores only what was ticked, and leaves everything else as it is', async ({
  console: page,
  shop,
  holdfast,
}) => {
  const { client } = shop.mongo;
  await fillShop(client);
  const backupId = await backUp(holdfast, shop.deploymentId);
  const original = await readDatabase(client, database);
  await client.db(database).collection('customers').deleteMany({});
  await client.db(database).collection('orders').deleteMany({ open: true });
  const damaged = await readDatabase(client, database);

  await planInPlace(page, backupId);
  await page.getByRole('radio', { name: 'Chosen collections' }).check();
  await page.getByRole('checkbox', { name: 'customers' }).check();
  const row = page.getByRole('row', { name: /^shop\.customers/ });
  await expect(row).toContainText('+400');
  await expect(page.getByRole('row', { name: /^shop\.orders/ })).toContainText('untouched');
  await row.getByRole('button', { name: 'shop.customers' }).click();
  await page.getByRole('button', { name: 'Compare documents' }).click();
  await expect(page.getByText('400 documents only in the backup')).toBeVisible();

  await confirmInPlace(page);
  await expect(page.getByText('shop-prod is restored')).toBeVisible();
  await expect(page.getByRole('list', { name: 'Steps of the restore' }).getByText('Prove the copy')).toBeVisible();
  const restored = await readDatabase(client, database);
  expect(restored.get('customers')).toEqual(original.get('customers'));
  expect(restored.get('orders')).toEqual(damaged.get('orders'));
});

test('drops in exact mode what was ticked off, and keeps it for an undo', async ({ console: page, shop, holdfast }) => {
  const { client } = shop.mongo;
  const db = client.db(database);
  await fillShop(client);
  const backupId = await backUp(holdfast, shop.deploymentId);
  const original = await readDatabase(client, database);
  await db.collection('orders').deleteMany({ open: true });
  await db.collection<{ _id: string }>('promo').insertOne({ _id: 'SPRING' });

  await planInPlace(page, backupId);
  await page.getByRole('group', { name: 'Mode' }).getByText('Exact').click();
  await expect(page.getByRole('region', { name: 'Dropped' })).toContainText('shop.promo will be dropped: 1 document');
  await expect(page.getByText('Drops 1 collection')).toBeVisible();
  await page.getByRole('button', { name: 'Continue to confirm…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill(database);
  await expect(dialog.getByRole('button', { name: 'Restore shop-prod' })).toBeDisabled();
  await dialog.getByRole('checkbox', { name: 'I have seen this and mean it' }).check();
  await dialog.getByRole('button', { name: 'Restore shop-prod' }).click();

  await expect(page.getByRole('heading', { name: 'Live data is replaced by the backup.' })).toBeVisible();
  expect(await readDatabase(client, database)).toEqual(original);
  const kept = await db.listCollections({ name: /^hf_[0-9a-f]{32}_u/ }, { nameOnly: true }).toArray();
  const counts = kept.map(({ name }) => db.collection<{ _id: string }>(name).countDocuments({ _id: 'SPRING' }));
  expect((await Promise.all(counts)).filter((count) => count === 1)).toHaveLength(1);
});

test('merges what is missing into what is live, and says how much there was', async ({
  console: page,
  shop,
  holdfast,
}) => {
  const { client } = shop.mongo;
  const db = client.db(database);
  await fillShop(client);
  const backupId = await backUp(holdfast, shop.deploymentId);
  const original = await readDatabase(client, database);
  await db.collection('customers').deleteMany({ tags: 3 });
  await db.collection('orders').updateMany({ open: true }, { $set: { open: false } });
  const orders = (await readDatabase(client, database)).get('orders');

  await planInPlace(page, backupId);
  await page.getByRole('group', { name: 'Mode' }).getByText('Merge').click();
  await expect(page.getByRole('row', { name: /^shop\.customers/ })).toContainText('merged');
  await confirmInPlace(page);
  await expect(page.getByRole('heading', { name: 'Live data has what it lacked.' })).toBeVisible();
  await expect(page.getByText('57 documents inserted.', { exact: true })).toBeVisible();
  const merged = await readDatabase(client, database);
  expect(merged.get('customers')).toEqual(original.get('customers'));
  expect(merged.get('orders')).toEqual(orders);
});

test('restores under the original names into another deployment, whose name is typed', async ({
  console: page,
  shop,
  holdfast,
}) => {
  await fillShop(shop.mongo.client);
  const backupId = await backUp(holdfast, shop.deploymentId);
  const original = await readDatabase(shop.mongo.client, database);
  await shop.mongo.client.db(database).collection('orders').deleteMany({});
  const damaged = await readDatabase(shop.mongo.client, database);
  const { startReplicaSet } = await import('@holdfast/server/testing/mongo');
  await using standby = await startReplicaSet();
  const { id } = await holdfast.client.deployments.register.mutate({ name: 'shop-standby', uri: standby.uri });

  await planInPlace(page, backupId);
  await page.getByRole('combobox', { name: 'Deployment' }).selectOption('shop-standby');
  await expect(page.getByRole('list', { name: 'What this restore does' })).toHaveText('4 added');
  await page.getByRole('button', { name: 'Continue to confirm…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Restore shop-standby?' });
  const confirm = dialog.getByRole('button', { name: 'Restore shop-standby' });
  await dialog.getByRole('textbox').fill(database);
  await expect(confirm).toBeDisabled();
  await dialog.getByRole('textbox').fill('shop-standby');
  await confirm.click();
  await expect(page.getByText('shop-standby is restored')).toBeVisible();
  expect(await readDatabase(standby.client, database)).toEqual(original);
  expect(await readDatabase(shop.mongo.client, database)).toEqual(damaged);
  await untilIdle(holdfast);
  await holdfast.client.deployments.remove.mutate({ id });
});

test('puts a single document back over the one that was shown', async ({ console: page, shop, holdfast }) => {
  const { client } = shop.mongo;
  await fillShop(client);
  const backupId = await backUp(holdfast, shop.deploymentId);
  const original = await readDatabase(client, database);
  const first = { email: 'customer-0@example.com' };
  await client
    .db(database)
    .collection('customers')
    .updateOne(first, { $set: { note: 'only live' } });

  await page.goto(`/backups/${backupId}/collections/shop.customers`);
  await page.getByRole('button', { name: 'Put back…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('region', { name: 'What differs' })).toContainText('only live');
  await dialog.getByRole('button', { name: 'Replace the live document' }).click();
  await expect(dialog.getByText('The live document is replaced.')).toBeVisible();
  expect(await readDatabase(client, database)).toEqual(original);
});

test('does nothing with a plan once a collection has come or gone', async ({ console: page, shop, holdfast }) => {
  const { client } = shop.mongo;
  await fillShop(client);
  const backupId = await backUp(holdfast, shop.deploymentId);
  await client.db(database).collection('customers').deleteMany({});

  await planInPlace(page, backupId);
  await expect(page.getByText('REPLACES_LIVE_DATA')).toBeVisible();
  await client.db(database).collection('orders').drop();
  const changed = await readDatabase(client, database);
  await confirmInPlace(page);
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('PLAN_OUTDATED')).toBeVisible();
  expect(await readDatabase(client, database)).toEqual(changed);

  await dialog.getByRole('button', { name: 'Make a new plan' }).click();
  await expect(page.getByRole('row', { name: /^shop\.orders/ })).toContainText('added');
  await expect(page.getByRole('button', { name: 'Continue to confirm…' })).toBeEnabled();
});

test('can be cancelled until the swap, and leaves live data as it was', async ({ console: page, shop, holdfast }) => {
  const { client } = shop.mongo;
  await fillShop(client);
  const backupId = await backUp(holdfast, shop.deploymentId);
  await client.db(database).collection('customers').deleteMany({});
  const damaged = await readDatabase(client, database);

  const goOn = await shop.slowDown();
  await planInPlace(page, backupId);
  await confirmInPlace(page);
  const band = page.getByRole('region', { name: 'Live data now' });
  await expect(band.getByRole('heading', { name: 'Live data is unchanged.' })).toBeVisible();
  await band.getByRole('button', { name: 'Cancel the restore…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the restore' }).click();
  await expect(page.getByRole('heading', { level: 1, name: /was cancelled/ })).toBeVisible();
  await goOn();
  await expect(band.getByText(/^Nothing of it was changed/)).toBeVisible();
  expect(await readDatabase(client, database)).toEqual(damaged);
  const left = await client.db(database).listCollections({ name: /^hf_/ }, { nameOnly: true }).toArray();
  expect(left).toEqual([]);
});

async function planInPlace(page: Page, backupId: string): Promise<void> {
  await page.goto(`/backups/${backupId}/restore`);
  await page.getByRole('radio', { name: /^In place/ }).check();
}

async function confirmInPlace(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Continue to confirm…' }).click();
  await page.getByRole('dialog').getByRole('textbox').fill(database);
  await page.getByRole('button', { name: 'Restore shop-prod' }).click();
}
