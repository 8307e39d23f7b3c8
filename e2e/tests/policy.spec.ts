import { expect, test } from './holdfast-server.ts';

test.beforeEach(async ({ console: page, shop }) => {
  expect(shop.deploymentId).toBeTruthy();
  await page.goto('/policies');
  await page.getByRole('link', { name: 'Change policy… shop-prod' }).click();
  await expect(page.getByRole('heading', { name: 'Policy of shop-prod' })).toBeVisible();
});

test('refuses values outside the ranges, and says which are allowed', async ({ console: page }) => {
  const save = page.getByRole('button', { name: 'Save policy' });
  for (const [field, value, message] of [
    ['Hour', '24', 'The hour is a whole number from 0 to 23.'],
    ['Backups to keep', '0', 'Backups to keep is a whole number from 1 to 30.'],
    ['Backups to keep', '31', 'Backups to keep is a whole number from 1 to 30.'],
    ['Time limit (minutes)', '10081', 'The time limit is a whole number of minutes from 1 to 10,080 (7 days).'],
    ['Stall limit (minutes)', '0', 'The stall limit is a whole number of minutes from 1 to 1,440 (1 day).'],
  ] as const) {
    await page.getByRole('textbox', { name: field }).fill(value);
    await expect(page.getByText(message)).toBeVisible();
    await expect(save).toBeDisabled();
    await page.getByRole('button', { name: 'Discard changes' }).click();
  }
});

test('saves hour, zone and retention, and shows the next runs', async ({ console: page, shop, holdfast }) => {
  await page.getByRole('textbox', { name: 'Hour' }).fill('23');
  await page.getByRole('textbox', { name: 'Backups to keep' }).fill('30');
  await page.getByRole('textbox', { name: 'Time limit (minutes)' }).fill('90');
  await page.getByRole('combobox', { name: 'Time zone' }).fill('new york');
  await page.getByRole('option', { name: /America\/New_York/ }).click();
  await expect(page.getByText('was UTC')).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: /23:00/ })).toHaveCount(7);
  await page.getByRole('button', { name: 'Save policy' }).click();
  await expect(page.getByText('The policy is saved')).toBeVisible();
  await expect(page.getByText('Daily at 23:00, America/New_York, the newest 30 kept.')).toBeVisible();
  const policies = await holdfast.client.policies.list.query();
  expect(policies.find(({ deploymentId }) => deploymentId === shop.deploymentId)).toMatchObject({
    scheduledHour: 23,
    retentionCount: 30,
    timezone: 'America/New_York',
    timeLimitMinutes: 90,
    stallLimitMinutes: 10,
    verifyAfterBackup: true,
    readPreference: null,
    parallelCollections: 4,
    bandwidthLimitBytesPerSecond: null,
  });
});
