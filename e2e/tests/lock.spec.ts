// One operation per deployment at a time, and everybody sees it.
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

  const release = await shop.slowDown();
  await first.goto('/deployments/shop-prod');
  await first.getByRole('button', { name: 'Back up now' }).click();

  await expect(backUp).toBeDisabled();
  for (const button of await restores.all()) await expect(button).toBeDisabled();
  await expect(
    second.getByText(/A backup runs since today \d\d:\d\d, started by the administrator\./).first(),
  ).toBeVisible();
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
  const release = await shop.slowDown();
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
  const release = await shop.slowDown();
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
  const tabs = [page, ...others];
  for (const tab of others) await tab.goto('/deployments/shop-prod');
  for (const tab of tabs) await expect(tab.getByRole('button', { name: 'Back up now' })).toBeEnabled();

  const release = await shop.slowDown();
  await holdfast.client.backups.request.mutate({ deploymentId: shop.deploymentId });
  for (const tab of tabs) await expect(tab.getByRole('button', { name: 'Back up now' })).toBeDisabled();
  for (const tab of tabs) await expect(tab.getByText(/A backup runs since today/).first()).toBeVisible();
  // Questions are answered too: the streams have left connections free.
  await others[6]?.getByRole('button', { name: 'All', exact: true }).click();
  await expect(others[6]?.getByRole('row', { name: /Running/ }).first() ?? page).toBeVisible();

  await release();
  for (const tab of tabs) await expect(tab.getByRole('button', { name: 'Back up now' })).toBeEnabled();
});
