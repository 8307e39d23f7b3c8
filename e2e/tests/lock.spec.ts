// One operation per deployment at a time, and everybody sees it.
import type { Page } from '@playwright/test';
import { expect, signIn, test, untilIdle } from './holdfast-server.ts';

test.afterEach(async ({ holdfast }) => untilIdle(holdfast));

test('a backup in one browser disables the buttons in another, with the reason, until it has ended', async ({
  console: first,
  shop,
  holdfast,
  browser,
}) => {
  const context = await browser.newContext({ baseURL: holdfast.url });
  const second = await context.newPage();
  await signIn(second, holdfast);
  await second.goto('/deployments/shop-prod');
  const backUp = second.getByRole('button', { name: 'Back up now' });
  const restores = second.getByRole('button', { name: /^Restore…/ });
  await expect(backUp).toBeEnabled();

  const release = await shop.hold();
  await first.goto('/deployments/shop-prod');
  await first.getByRole('button', { name: 'Back up now' }).click();

  await expect(backUp).toBeDisabled();
  for (const button of await restores.all()) await expect(button).toBeDisabled();
  await expect(second.getByText(/A backup runs since \d\d:\d\d, started by the administrator\./).first()).toBeVisible();
  await expect(second.getByRole('progressbar', { name: 'Backup of shop-prod' })).toBeVisible();

  await release();
  await expect(backUp).toBeEnabled();
  await expect(restores.first()).toBeEnabled();
  await expect(second.getByText(/A backup runs/)).toHaveCount(0);
  await expect(first.getByText('shop-prod is backed up')).toBeVisible();
  await context.close();
});

test('a reload in the middle finds the operation as it is, and tells its end', async ({ console: page, shop }) => {
  await page.goto('/deployments/shop-prod');
  const release = await shop.hold();
  await page.getByRole('button', { name: 'Back up now' }).click();
  await expect(page.getByRole('button', { name: 'Back up now' })).toBeDisabled();

  await page.reload();
  await expect(page.getByRole('progressbar', { name: 'Backup of shop-prod' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Back up now' })).toBeDisabled();
  await release();
  await expect(page.getByText('shop-prod is backed up')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Back up now' })).toBeEnabled();
});

test('a running backup can be cancelled, and leaves the older ones as they are', async ({
  console: page,
  shop,
  holdfast,
}) => {
  await page.goto('/deployments/shop-prod');
  const before = await holdfast.client.backups.list.query({ deploymentId: shop.deploymentId, status: 'completed' });
  const release = await shop.hold();
  await page.getByRole('button', { name: 'Back up now' }).click();
  await page.getByRole('button', { name: 'Cancel the backup…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the backup' }).click();
  await expect(page.getByText('The backup of shop-prod is cancelled')).toBeVisible();
  await expect(page.getByRole('row', { name: /Cancelled/ }).first()).toBeVisible();
  await release();
  const after = await holdfast.client.backups.list.query({ deploymentId: shop.deploymentId, status: 'completed' });
  expect(after.items).toEqual(before.items);
});

test('eight tabs of one browser are all live', async ({ console: page, context, shop, holdfast }) => {
  await page.goto('/deployments/shop-prod');
  const others = await Promise.all(Array.from({ length: 7 }, () => context.newPage()));
  for (const tab of others) await tab.goto('/deployments/shop-prod');
  const inEveryTab = (check: (tab: Page) => Promise<void>) => Promise.all([page, ...others].map(check));
  const backUp = (tab: Page) => tab.getByRole('button', { name: 'Back up now' });
  await inEveryTab((tab) => expect(backUp(tab)).toBeEnabled());

  const release = await shop.hold();
  await holdfast.client.backups.request.mutate({ deploymentId: shop.deploymentId });
  await inEveryTab(async (tab) => {
    await expect(backUp(tab)).toBeDisabled();
    await expect(tab.getByText(/A backup runs since/).first()).toBeVisible();
  });
  // Pages and questions are answered too: the streams have left connections free.
  const last = others.at(-1) ?? page;
  await last.reload();
  await expect(backUp(last)).toBeDisabled();

  await release();
  await inEveryTab((tab) => expect(backUp(tab)).toBeEnabled());
});
