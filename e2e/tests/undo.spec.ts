import type { HoldfastProcess } from '@holdfast/server/testing/holdfast-process';
import type { Locator } from '@playwright/test';
import type { MongoClient } from 'mongodb';
import { backUp, expect, type Shop, test, untilIdle } from './holdfast-server.ts';
import { database, fillShop, readDatabase } from './shop-data.ts';

test.afterEach(async ({ holdfast }) => untilIdle(holdfast));

/** What a restore keeps lies in the same database. */
async function liveData(client: MongoClient): Promise<Map<string, unknown>> {
  return new Map([...(await readDatabase(client, database))].filter(([name]) => !name.startsWith('hf_')));
}

/** Restored in place after some changes; resolves with the restore, and what was live before it. */
async function restored(holdfast: HoldfastProcess, shop: Shop) {
  const { client } = shop.mongo;
  await fillShop(client);
  const backupId = await backUp(holdfast, shop.deploymentId);
  await client
    .db(database)
    .collection('customers')
    .deleteMany({ email: /^customer-1/ });
  await client.db(database).collection('made_since').insertOne({ kept: true });
  const before = await liveData(client);
  const { restores } = holdfast.client;
  const plan = await restores.plan.mutate({ backupId, target: { kind: 'original' } });
  const { id } = await restores.confirm.mutate({ planId: plan.id, phrase: 'shop' });
  await expect.poll(async () => (await restores.byId.query({ id })).status, { timeout: 60_000 }).toBe('completed');
  return { id, before };
}

test('takes a restore back with one button and its name, and says what that loses', async ({
  console: page,
  shop,
  holdfast,
}) => {
  const { client } = shop.mongo;
  const { id, before } = await restored(holdfast, shop);
  const orders = client.db(database).collection('orders');
  await orders.insertMany([{ since: 1 }, { since: 2 }]);
  await orders.deleteOne({ since: 1 });

  await page.goto(`/restores/${id}`);
  await expect(page.getByRole('heading', { name: /^You can take this back for 23/ })).toBeVisible();
  await page.getByRole('button', { name: 'Undo this restore…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Take the restore of shop-prod back' });
  await expect(dialog.getByText('3 writes since the restore are taken back')).toBeVisible();
  const confirm = dialog.getByRole('button', { name: 'Take it back' });
  const phrase = dialog.getByRole('textbox');
  await expect(phrase).toBeFocused();
  await phrase.fill('Shop');
  await phrase.press('Enter');
  await expect(confirm).toBeDisabled();
  expect((await holdfast.client.restores.byId.query({ id })).undo?.state).toBe('kept');
  await phrase.fill('shop');
  await confirm.click();

  await expect(page).not.toHaveURL(new RegExp(id));
  await expect(page.getByRole('heading', { name: /^You can take this back for 23/ })).toBeVisible();
  expect(await liveData(client)).toEqual(before);
  await page.goto(`/restores/${id}`);
  await expect(page.getByText('It was taken back.')).toBeVisible();
  await page.getByRole('link', { name: 'Open the undo' }).click();
  await expect(page.getByRole('button', { name: 'Undo this restore…' })).toBeVisible();
});

test('is planned, confirmed and, as it fails half-way, taken back by the keyboard alone', async ({
  console: page,
  shop,
  holdfast,
}) => {
  const { client } = shop.mongo;
  await fillShop(client);
  const backupId = await backUp(holdfast, shop.deploymentId);
  await client.db(database).collection('orders').deleteMany({ open: true });
  await client.db(database).command({ collMod: 'openOrders', viewOn: 'orders', pipeline: [] });
  const before = await liveData(client);
  const { failCommand } = await import('@holdfast/server/testing/fail-point');
  const refused = { failCommands: ['collMod'], appName: 'holdfast', errorCode: 13 };

  await page.goto(`/backups/${backupId}`);
  await tabTo(page.getByRole('main').getByRole('button', { name: 'Restore…', exact: true }));
  await page.keyboard.press('Enter');
  await tabTo(page.getByRole('radio', { name: /^Into a copy/ }));
  await page.keyboard.press('ArrowDown');
  await expect(page.getByText('REPLACES_LIVE_DATA')).toBeVisible();
  await tabTo(page.getByRole('button', { name: 'Continue to confirm…' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog').getByRole('textbox')).toBeFocused();
  await page.keyboard.type(database);
  await tabTo(page.getByRole('button', { name: 'Restore shop-prod' }));
  {
    await using _ = await failCommand(client, 'alwaysOn', refused);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'Live data is partly replaced.' })).toBeVisible({ timeout: 60_000 });
  }
  expect(await liveData(client)).not.toEqual(before);

  await tabTo(page.getByRole('button', { name: 'Undo this restore…' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog').getByRole('textbox')).toBeFocused();
  await page.keyboard.type(database);
  await tabTo(page.getByRole('button', { name: 'Take it back' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Live data is what it was before.' })).toBeVisible();
  expect(await liveData(client)).toEqual(before);
});

/** As somebody without a mouse gets there; throws when no Tab does. */
async function tabTo(wanted: Locator): Promise<void> {
  const page = wanted.page();
  await expect(wanted).toBeEnabled();
  for (let tabs = 0; tabs < 60; tabs += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`60 times Tab do not lead to ${wanted}`);
}

test('frees the space of an undo, after which nothing can be taken back', async ({ console: page, shop, holdfast }) => {
  const { id } = await restored(holdfast, shop);
  await page.goto(`/restores/${id}`);
  await page.getByRole('button', { name: 'Free the space now…' }).click();
  await page.getByRole('button', { name: 'Free the space', exact: true }).click();
  await expect(page.getByText(/It cannot be taken back any more\. What it had replaced is removed\./)).toBeVisible();
  const names = await shop.mongo.client.db(database).listCollections({}, { nameOnly: true }).toArray();
  expect(names.filter(({ name }) => name.includes(id.replaceAll('-', '')))).toEqual([]);
  await expect(holdfast.client.restores.planUndo.mutate({ id })).rejects.toMatchObject({
    data: { app: { code: 'UNDO_UNAVAILABLE', details: { why: 'dropped' } } },
  });
});
