// A backup is restored for a test, with its progress in view; how long recovery takes is shown where somebody would look for it, and a
// test that fails wherever somebody looks.
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { HoldfastProcess } from '@holdfast/server/testing/holdfast-process';
import { backUp, expect, test } from './holdfast-server.ts';

test('the key T restores a backup for a test, which marks it and measures the recovery', async ({
  console: page,
  holdfast,
  shop,
}) => {
  const id = await backUp(holdfast, shop.deploymentId);
  await page.goto(`/backups/${id}`);
  await expect(page.getByText('is verified.')).toBeVisible();
  await expect(page.getByText('It was never restored for a test.')).toBeVisible();
  await page.keyboard.press('t');
  await expect(page.getByText('The backup of shop-prod can be restored')).toBeVisible();
  await expect(page.getByText('is restore-tested.')).toBeVisible();
  const section = page.getByRole('region', { name: 'Restore test', exact: true });
  await expect(section.getByText(/restored into MongoDB \d+\.\d+\.\d+, compared and equal\./)).toBeVisible();
  await expect(section.getByText('Expected recovery')).toBeVisible();
  await page.goto('/deployments/shop-prod');
  await expect(page.getByText(/restorable in (?:about \d|less than a second)/)).toBeVisible();
  await expect(page.getByText('is ready: its newest backup is restore-tested.')).toBeVisible();
  await page.goto('/');
  await expect(page.getByRole('img', { name: /1 restore-tested, 0 failed/ })).toBeVisible();
});

test('a test that fails is told at once and stays on the overview', async ({ console: page, holdfast, shop }) => {
  const id = await backUp(holdfast, shop.deploymentId);
  await page.goto(`/backups/${id}`);
  await expect(page.getByText('is verified.')).toBeVisible();
  await flipBit(holdfast, id);
  await page.getByRole('button', { name: 'Test the restore' }).click();
  await expect(page.getByText('The restore test of shop-prod failed')).toBeVisible();
  await expect(page.getByText('did not pass its restore test.')).toBeVisible();
  await expect(page.getByText(/^failed today/)).toBeVisible();
  await page.goto('/');
  const alert = page.getByRole('alert').filter({ hasText: '1 backup did not pass its restore test.' });
  await expect(alert).toBeVisible();
  await holdfast.client.backups.delete.mutate({ id: id as never });
  await expect(alert).toHaveCount(0);
});

test('the schedule of the tests is seen and set in the settings', async ({ console: page, holdfast, shop }) => {
  await page.goto('/settings#restoreTests');
  const section = page.locator('#restoreTests');
  await expect(section.getByText(/MongoDB \d+\.\d+\.\d+/)).toBeVisible();
  await section.getByRole('textbox', { name: 'Minutes of a day' }).fill('2000');
  await expect(section.getByText('The minutes are a whole number from 1 to 1,440.')).toBeVisible();
  await section.getByRole('textbox', { name: 'Minutes of a day' }).fill('30');
  await section.getByRole('combobox', { name: 'Deployment set aside' }).selectOption('shop-prod');
  await section.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('The schedule of restore tests is saved')).toBeVisible();
  const { settings } = await holdfast.client.restoreTests.state.query();
  expect(settings).toEqual({ enabled: false, everyDays: 7, minutesPerDay: 30, setAsideId: shop.deploymentId });
});

async function flipBit({ client, dataDir }: HoldfastProcess, id: string): Promise<void> {
  const { filePath } = await client.backups.byId.query({ id: id as never });
  await using file = await open(join(dataDir, 'backups', filePath ?? ''), 'r+');
  // The beginning is the text that says how to restore by hand; the dump is what is tested.
  const at = Math.floor((await file.stat()).size / 2);
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at);
  await file.write(Buffer.from([(buffer[0] ?? 0) ^ 4]), 0, 1, at);
}
