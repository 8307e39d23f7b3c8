// A backup is verified without anybody asking; one that is found damaged is shown wherever somebody looks.
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { HoldfastProcess } from '@holdfast/server/testing/holdfast-process';
import { backUp, expect, test } from './holdfast-server.ts';

test('a backup becomes verified by itself, and the page says so as it happens', async ({
  console: page,
  holdfast,
  shop,
}) => {
  const id = await backUp(holdfast, shop.deploymentId);
  await page.goto(`/backups/${id}`);
  await expect(page.getByText('is verified.')).toBeVisible();
});

test('damage is shown on the backup, in the list and on the overview, until the backup is deleted', async ({
  console: page,
  holdfast,
  shop,
}) => {
  const id = await backUp(holdfast, shop.deploymentId);
  await page.goto(`/backups/${id}`);
  await expect(page.getByText('is verified.')).toBeVisible();
  await flipBit(holdfast, id);
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  await expect(page.getByText('did not pass its verification.')).toBeVisible();
  await page.goto('/deployments/shop-prod');
  await expect(page.getByText('Damaged', { exact: true })).toHaveCount(1);
  await page.goto('/');
  const alert = page.getByRole('alert').filter({ hasText: '1 backup did not pass its verification.' });
  await alert.getByRole('link').click();
  await page.getByRole('button', { name: 'Delete…' }).click();
  await page.getByRole('button', { name: 'Delete the backup' }).click();
  await expect(page.getByText('was deleted.')).toBeVisible();
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible();
  await expect(alert).toHaveCount(0);
});

test('the scrub is seen and set in the settings', async ({ console: page, holdfast }) => {
  await page.goto('/settings#verification');
  const section = page.locator('#verification');
  await expect(section.getByText(/^\d+ of \d+ backups$/)).toBeVisible();
  await section.getByRole('textbox', { name: 'Each archive once in (days)' }).fill('0');
  await expect(section.getByText('The days are a whole number from 1 to 365.')).toBeVisible();
  await section.getByRole('textbox', { name: 'Each archive once in (days)' }).fill('7');
  await section.getByRole('textbox', { name: 'Read at most (MB/s)' }).fill('');
  await section.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('The scrub is saved')).toBeVisible();
  const { scrub } = await holdfast.client.verification.state.query();
  expect(scrub).toEqual({ enabled: true, everyDays: 7, bytesPerSecond: null });
});

async function flipBit({ client, dataDir }: HoldfastProcess, id: string): Promise<void> {
  const { filePath } = await client.backups.byId.query({ id });
  await using file = await open(join(dataDir, 'backups', filePath ?? ''), 'r+');
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, 2_000);
  await file.write(Buffer.from([(buffer[0] ?? 0) ^ 4]), 0, 1, 2_000);
}
