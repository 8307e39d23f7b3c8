import { readFile } from 'node:fs/promises';
import { expect, test } from './holdfast-server.ts';

test('exports the configuration, previews a changed file, applies exactly that', async ({
  console: page,
  shop,
  holdfast,
}) => {
  await page.goto('/settings');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  const file = JSON.parse(await readFile(await (await download).path(), 'utf8'));
  expect(JSON.stringify(file)).not.toContain('mongodb://');
  const mine = file.deployments.find(({ name }: { name: string }) => name === 'shop-prod');
  mine.policies[0].scheduledHour = 5;

  const chooser = { name: 'changed.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(file)) };
  await page.getByLabel('Configuration file').setInputFiles(chooser);
  await expect(page.getByText('The import would make 1 change')).toBeVisible();
  await expect(page.getByRole('row', { name: /shop-prod.*policy changed/ })).toContainText('daily at 05:00');
  await page.getByRole('button', { name: 'Apply 1 change' }).click();
  await expect(page.getByText('The configuration is imported')).toBeVisible();
  const policies = await holdfast.client.policies.list.query();
  expect(policies.find(({ deploymentId }) => deploymentId === shop.deploymentId)?.scheduledHour).toBe(5);
});

test('tests a connection before it registers a deployment, and says what is wrong', async ({
  console: page,
  shop,
  holdfast,
}) => {
  await page.goto('/settings');
  await page.getByRole('button', { name: 'Register a deployment…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Register a deployment' });
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Not A Name');
  await dialog
    .getByRole('textbox', { name: 'Connection string' })
    .fill('mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=500');
  await dialog.getByRole('button', { name: 'Test the connection' }).click();
  await expect(dialog.getByRole('alert').getByText('DEPLOYMENT_UNREACHABLE')).toBeVisible();
  await dialog.getByRole('button', { name: 'Register' }).click();
  await expect(dialog.getByText(/^A name has 1 to 63/)).toBeVisible();

  await dialog.getByRole('textbox', { name: 'Connection string' }).fill(shop.uri);
  await dialog.getByRole('button', { name: 'Test the connection' }).click();
  await expect(dialog.getByText('It answers.')).toBeVisible();
  await dialog.getByRole('textbox', { name: 'Name' }).fill('same-again');
  await dialog.getByRole('button', { name: 'Register' }).click();
  await expect(dialog.getByRole('alert').getByText('DEPLOYMENT_EXISTS')).toBeVisible();
  expect((await holdfast.client.deployments.list.query()).map(({ name }) => name)).not.toContain('same-again');
});
