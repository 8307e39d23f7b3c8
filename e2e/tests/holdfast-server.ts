// The real service for browser tests: the server as a process with a temporary data folder, and a replica set with a small
// shop in it, registered as `shop-prod`. Both live as long as the worker.

import type { HoldfastProcess } from '@holdfast/server/testing/holdfast-process';
import type { TestMongo } from '@holdfast/server/testing/mongo';
import { test as base, expect, type Page } from '@playwright/test';
import type { MongoClient } from 'mongodb';
import { fillShop } from './shop-data.ts';

export { expect };

export interface Shop {
  readonly mongo: TestMongo;
  /** The connection string that `shop-prod` is registered with. */
  readonly uri: string;
  readonly deploymentId: string;
  /** Lets no backup get past the shop's orders; resolves to what lets it go on. */
  hold(): Promise<() => Promise<void>>;
  /** Lets mongorestore insert only slowly; resolves to what lets it go on. */
  slowDown(): Promise<() => Promise<void>>;
}

interface WorkerFixtures {
  holdfast: HoldfastProcess;
  shop: Shop;
}

interface TestFixtures {
  /** A page that is signed in and shows the overview. */
  console: Page;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  holdfast: [
    async ({ playwright: _ }, use) => {
      const { startHoldfastProcess } = await import('@holdfast/server/testing/holdfast-process');
      await using holdfast = await startHoldfastProcess({ env: {} });
      await use(holdfast);
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  shop: [
    async ({ holdfast }, use) => {
      const { startReplicaSet } = await import('@holdfast/server/testing/mongo');
      await using mongo = await startReplicaSet();
      await fillShop(mongo.client);
      const uri = mongo.uri.replace('/?', '/shop?');
      const { id } = await holdfast.client.deployments.register.mutate({ name: 'shop-prod', uri });
      await backUp(holdfast, id);
      await use({
        mongo,
        uri,
        deploymentId: id,
        hold: () => holdReads(mongo.client),
        slowDown: () => slowInserts(mongo.client),
      });
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  baseURL: async ({ holdfast }, use) => use(holdfast.url),
  console: async ({ page, holdfast }, use) => {
    await signIn(page, holdfast);
    await use(page);
  },
});

/** Makes a login code, as `holdfast login-code` does. */
export async function loginCode({ url, key }: HoldfastProcess): Promise<string> {
  const response = await fetch(`${url}/auth/login-codes`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
  });
  expect(response.status).toBe(201);
  return ((await response.json()) as { code: string }).code;
}

/** Signs in through the gate; ends on the overview. */
export async function signIn(page: Page, holdfast: HoldfastProcess): Promise<void> {
  await page.goto(holdfast.url);
  await page.getByRole('textbox', { name: /Login code|Code de connexion/ }).fill(await loginCode(holdfast));
  await page.getByRole('button', { name: /^(?:Sign in|Se connecter)$/ }).click();
  await expect(page.getByText(/Live as of|En direct/)).toBeVisible();
}

/** Backs a deployment up through the API and waits until it has ended. */
export async function backUp({ client }: HoldfastProcess, deploymentId: string): Promise<string> {
  const { id } = await client.backups.request.mutate({ deploymentId });
  await expect
    .poll(async () => (await client.backups.byId.query({ id })).status, { timeout: 60_000 })
    .toBe('completed');
  return id;
}

/** Waits until nothing runs on any deployment. */
export async function untilIdle({ client }: HoldfastProcess): Promise<void> {
  const busy = async () => (await client.deployments.list.query()).filter(({ operation }) => operation !== null).length;
  await expect.poll(busy, { timeout: 60_000 }).toBe(0);
}

/** Every find on the orders waits inside the server, for as long as it takes. */
async function holdReads(client: MongoClient): Promise<() => Promise<void>> {
  const admin = client.db('admin');
  const failPoint = { configureFailPoint: 'waitInFindBeforeMakingBatch' };
  await admin.command({ ...failPoint, mode: 'alwaysOn', data: { nss: 'shop.orders', shouldCheckForInterrupt: true } });
  return async () => {
    await admin.command({ ...failPoint, mode: 'off' });
  };
}

/** Every batch that mongorestore inserts waits inside the server for a while. */
async function slowInserts(client: MongoClient): Promise<() => Promise<void>> {
  const admin = client.db('admin');
  const data = { failCommands: ['insert'], appName: 'mongorestore', blockConnection: true, blockTimeMS: 8_000 };
  await admin.command({ configureFailPoint: 'failCommand', mode: 'alwaysOn', data });
  return async () => {
    await admin.command({ configureFailPoint: 'failCommand', mode: 'off' });
  };
}
