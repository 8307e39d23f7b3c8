import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { backUp, expect, test } from './holdfast-server.ts';

test('shows a backup whose archive is gone, and adopts the archive when it is back', async ({
  console: page,
  shop,
  holdfast,
}) => {
  const id = await backUp(holdfast, shop.deploymentId);
  const { filePath } = await holdfast.client.backups.byId.query({ id: id as never });
  const file = join(holdfast.dataDir, 'backups', filePath ?? '');
  const away = join(holdfast.dataDir, 'away.zip');
  await rename(file, away);
  await page.goto('/settings#destination');
  const section = page.getByRole('region', { name: 'Destinations' });
  await section.getByRole('button', { name: 'Reconcile now: main' }).click();
  const missing = section.getByRole('table', { name: 'Missing archives' });
  await expect(missing.getByRole('row', { name: filePath ?? '' })).toContainText('Missing');
  await missing.getByRole('link').first().click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('is missing: its archive is gone.');
  await expect(page.locator('.verdict').getByRole('button')).toHaveText(['Delete…']);

  await rename(away, file);
  await page.goto('/settings#destination');
  await section.getByRole('button', { name: 'Reconcile now: main' }).click();
  const row = section.getByRole('row', { name: filePath ?? '' }).filter({ hasText: 'missing, and back' });
  await row.getByRole('button').click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('combobox', { name: 'Deployment' })).toHaveValue(shop.deploymentId);
  await dialog.getByRole('button', { name: 'Adopt the archive' }).click();
  await expect(page.getByText('The backup of shop-prod is adopted')).toBeVisible();
  await expect(missing).toHaveCount(0);
  await expect(section.getByRole('table', { name: 'Unknown archives' })).toHaveCount(0);
  expect(await holdfast.client.backups.byId.query({ id: id as never })).toMatchObject({ status: 'completed' });
});
