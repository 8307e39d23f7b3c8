// What the page says when it has lost the server, and when it has found it again.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, signIn, test } from './holdfast-server.ts';

test('says since when it is not live, and catches up once the server is back', async ({ page }) => {
  const { startHoldfastProcess } = await import('@holdfast/server/testing/holdfast-process');
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-live-'));
  let holdfast = await startHoldfastProcess({ env: {}, dataDir });
  try {
    await signIn(page, holdfast);
    await expect(page.getByText('Live as of')).toBeVisible();
    await expect(page.getByRole('link', { name: 'sample', exact: true })).toBeVisible();
    await holdfast.end('SIGTERM');
    await expect(page.getByText(/^Not live since/)).toBeVisible();
    await expect(page.getByText(/^True as of/)).toBeVisible();

    holdfast = await startHoldfastProcess({ env: { PORT: new URL(holdfast.url).port }, dataDir });
    await expect(page.getByText('Live again.')).toBeVisible();
    await holdfast.client.backups.request.mutate({ deploymentId: 'sample' });
    await expect(page.getByText('Live as of')).toBeVisible();
    await page.goto(`${holdfast.url}/deployments/sample`);
    await expect(page.getByRole('row', { name: /Completed/ })).toHaveCount(2);
  } finally {
    await holdfast.end('SIGTERM');
    await rm(dataDir, { recursive: true, force: true });
  }
});

test('lets new events wait until they are asked for', async ({ console: page, shop, holdfast }) => {
  await page.goto('/activity');
  const newest = await page
    .getByRole('button', { name: /^#[\d,]+, details$/ })
    .first()
    .getAttribute('aria-label');
  await holdfast.client.backups.request.mutate({ deploymentId: shop.deploymentId });
  const show = page.getByRole('button', { name: /newer events, show$/ });
  await expect(show).toBeVisible();
  await expect(page.getByRole('button', { name: /^#[\d,]+, details$/ }).first()).toHaveAccessibleName(newest ?? '');
  await show.click();
  await expect(page.getByRole('button', { name: /^#[\d,]+, details$/ }).first()).not.toHaveAccessibleName(newest ?? '');
});

test('walks the chain and unfolds an event to its hashes', async ({ console: page, shop }) => {
  expect(shop.deploymentId).toBeTruthy();
  await page.goto('/activity');
  await page.getByRole('button', { name: 'Verify the chain' }).click();
  await expect(page.getByText('The chain is whole.')).toBeVisible();
  await page
    .getByRole('button', { name: /^#[\d,]+, details$/ })
    .first()
    .click();
  await expect(page.getByText(/^equal to #[\d,]+’s hash$/)).toBeVisible();
});
