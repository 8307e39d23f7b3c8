import AxeBuilder from '@axe-core/playwright';
import type { HoldfastProcess } from '@holdfast/server/testing/holdfast-process';
import type { Page } from '@playwright/test';
import { expect, test } from './holdfast-server.ts';

async function expectNoViolation(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)).toEqual([]);
}

/** Restores into a copy, waits until it has ended, and answers with the restore's id. */
async function restoreCopy({ client }: HoldfastProcess, backupId: string, name: string): Promise<string> {
  const plan = await client.restores.plan.mutate({ backupId, target: { kind: 'copy', suffix: `_${name}` } });
  const { id } = await client.restores.confirm.mutate({ planId: plan.id });
  await expect
    .poll(async () => (await client.restores.byId.query({ id })).status, { timeout: 60_000 })
    .toBe('completed');
  return id;
}

for (const theme of ['light', 'dark'] as const) {
  test.describe(`in ${theme}`, () => {
    test.use({ colorScheme: theme });

    test('every page passes the accessibility check', async ({ console: page, shop, holdfast }) => {
      const { items } = await holdfast.client.backups.list.query({ deploymentId: shop.deploymentId });
      const policies = await holdfast.client.policies.list.query();
      const backup = `/backups/${items[0]?.id}`;
      test.slow();
      const restored = await restoreCopy(holdfast, items[0]?.id ?? '', theme);
      const paths = [
        `/restores/${restored}`,
        '/',
        '/deployments/shop-prod',
        backup,
        `${backup}/restore`,
        `${backup}/collections/shop.orders`,
        '/restore',
        '/policies',
      ];
      for (const path of [...paths, `/policies/${policies[0]?.id}`, '/activity', '/settings', '/nowhere']) {
        await page.goto(path);
        await expect(page.getByText('Live as of')).toBeVisible();
        await expect(page.locator('.bones')).toHaveCount(0);
        await expectNoViolation(page);
      }
      await shop.mongo.client.db(`shop_${theme}`).dropDatabase();
    });

    test('the gate and the way to a restore pass it', async ({
      page,
      console: signedIn,
      shop,
      holdfast,
      browser,
      baseURL,
    }) => {
      await signedIn.goto('/deployments/shop-prod');
      await page.getByRole('button', { name: 'Restore…', exact: true }).first().click();
      await page.getByRole('radio', { name: /^In place/ }).check();
      await page.getByRole('radio', { name: /^Chosen collections/ }).check();
      await page.getByRole('checkbox', { name: 'shop', exact: true }).check();
      await page.getByText('More', { exact: true }).click();
      await expect(page.getByText('REPLACES_LIVE_DATA')).toBeVisible();
      await expectNoViolation(page);
      await page.getByRole('button', { name: 'Continue to confirm…' }).click();
      await expect(page.getByRole('dialog').getByRole('textbox')).toBeFocused();
      await expectNoViolation(page);
      const { items } = await holdfast.client.backups.list.query({ deploymentId: shop.deploymentId });
      await page.goto(`/backups/${items[0]?.id}/collections/shop.orders`);
      await page.getByRole('button', { name: 'Put back…' }).click();
      await expect(page.getByRole('dialog').getByText('_id', { exact: true })).toBeVisible();
      await expectNoViolation(page);

      const stranger = await browser.newContext({ colorScheme: theme });
      const gate = await stranger.newPage();
      await gate.goto(baseURL ?? '');
      await expect(gate.getByRole('heading', { name: 'Sign in to Holdfast' })).toBeVisible();
      await expectNoViolation(gate);
      await stranger.close();
    });
  });
}

test('nothing runs over the edge at 360 pixels, nor at 200 % zoom', async ({ console: page, shop, holdfast }) => {
  const { items } = await holdfast.client.backups.list.query({ deploymentId: shop.deploymentId });
  const backup = `/backups/${items[0]?.id}`;
  const collection = `${backup}/collections/shop.orders`;
  const plan = `${backup}/restore`;
  for (const width of [360, 720]) {
    await page.setViewportSize({ width, height: 800 });
    for (const path of [
      '/',
      '/deployments/shop-prod',
      collection,
      plan,
      '/restore',
      '/policies',
      '/activity',
      '/settings',
    ]) {
      await page.goto(path);
      await expect(page.getByText('Live as of')).toBeVisible();
      await expect(page.locator('.bones')).toHaveCount(0);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `${path} at ${width}`).toBe(
        0,
      );
    }
  }
});

test('no page breaks the strict Content-Security-Policy', async ({ console: page, shop, holdfast }) => {
  const { items } = await holdfast.client.backups.list.query({ deploymentId: shop.deploymentId });
  const plan = `/backups/${items[0]?.id}/restore`;
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  for (const path of ['/', '/deployments/shop-prod', '/restore', plan, '/policies', '/activity', '/settings']) {
    await page.goto(path);
    await expect(page.getByText('Live as of')).toBeVisible();
    await expect(page.locator('.bones')).toHaveCount(0);
  }
  await page.goto('/deployments/shop-prod');
  await page
    .getByRole('button', { name: /^Actions for/ })
    .first()
    .click();
  await expect(page.getByRole('menuitem', { name: 'Delete…' })).toBeVisible();
  expect(complaints).toEqual([]);
});
