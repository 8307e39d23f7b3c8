import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backUp, expect, test } from './holdfast-server.ts';

test('adds a destination, lets a policy copy to it, and says where a backup is', async ({
  console: page,
  shop,
  holdfast,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-offsite-'));
  await page.goto('/settings#destination');
  await page.getByRole('button', { name: 'Add a destination…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a destination' });
  await dialog.getByRole('textbox', { name: 'Name' }).fill('offsite');
  await dialog.getByRole('textbox', { name: 'Place' }).fill('file:backups');
  await dialog.getByRole('button', { name: 'Test' }).click();
  await expect(dialog.getByRole('alert').getByText('DESTINATION_INVALID')).toBeVisible();
  await dialog.getByRole('textbox', { name: 'Place' }).fill(`file:${folder}`);
  await dialog.getByRole('button', { name: 'Test' }).click();
  await expect(dialog.getByText('A probe was written and read back.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Add the destination' }).click();
  const offsite = page.getByRole('article', { name: 'offsite' });
  await expect(offsite.getByText('no policy yet')).toBeVisible();

  const policies = await holdfast.client.policies.list.query();
  const policy = policies.find(({ deploymentId }) => deploymentId === shop.deploymentId);
  await page.goto(`/policies/${policy?.id}`);
  await page.getByRole('checkbox', { name: 'offsite' }).check();
  await page.getByRole('button', { name: 'Save policy' }).click();
  await expect(page.getByText('The policy is saved')).toBeVisible();
  const id = await backUp(holdfast, shop.deploymentId);
  await page.goto(`/backups/${id}`);
  const copies = page.getByRole('region', { name: 'Where it is' });
  await expect(copies.getByText('stored')).toHaveCount(2);

  await page.goto('/settings#destination');
  await expect(offsite.getByText('shop-prod')).toBeVisible();
  await offsite.getByRole('button', { name: 'Remove the destination offsite' }).click();
  await page.getByRole('button', { name: 'Let go of the destination' }).click();
  await expect(page.getByText('The policies of shop-prod write to offsite.')).toBeVisible();

  // The other tests of this worker know one destination.
  if (policy) await holdfast.client.policies.set.mutate({ ...policy, destinationIds: [] });
  await holdfast.client.destinations.remove.mutate({ id: 'offsite' });
});
