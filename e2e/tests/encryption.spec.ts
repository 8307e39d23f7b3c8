// Encryption from the console: a key, a recovery kit that is opened for its code, an encrypted backup.
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { backUp, expect, test } from './holdfast-server.ts';

const passphrase = 'correct horse battery staple';

test('encrypts backups once the code of a recovery kit was entered', async ({ console: page, shop, holdfast }) => {
  await page.goto('/settings');
  const section = page.getByRole('region', { name: 'Encryption' });
  await section.getByRole('button', { name: 'Make a key…' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('main');
  await page.getByRole('button', { name: 'Make the key' }).click();
  await expect(section.getByText('No confirmed recovery kit holds main.')).toBeVisible();
  await expect(section.getByRole('button', { name: 'Use for new backups: main' })).toHaveCount(0);

  await confirmKit(page);
  await section.getByRole('button', { name: 'Use for new backups: main' }).click();
  await expect(section.getByText('New backups are encrypted for main.')).toBeVisible();
  await page.goto(`/backups/${await backUp(holdfast, shop.deploymentId)}`);
  await expect(page.getByText('for main')).toBeVisible();
  await expect(page.getByRole('row', { name: /shop\.customers/ })).toBeVisible();

  await page.goto('/settings');
  await section.getByRole('button', { name: 'Turn encryption off' }).click();
  await section.getByRole('button', { name: 'Retire… main' }).click();
  await page.getByRole('button', { name: 'Destroy the key' }).click();
  await expect(page.getByRole('alert').getByText('ENCRYPTION_KEY_IN_USE')).toBeVisible();
  await page.getByRole('button', { name: 'Go back' }).click();
});

/** Downloads a kit, opens it as its owner would, and enters the code. */
async function confirmKit(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Recovery kit…' }).first().click();
  await page.getByRole('textbox', { name: 'Passphrase' }).fill(passphrase);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download the kit' }).click();
  const { readKit } = await import('@holdfast/server/testing/kit-code');
  const { code, keyNames } = await readKit(await readFile(await (await download).path()), passphrase);
  expect(keyNames).toEqual(['main']);
  await page.getByRole('textbox', { name: 'Code in the kit' }).fill('0000-0000');
  await page.getByRole('button', { name: 'Confirm the kit' }).click();
  await expect(page.getByRole('alert').getByText('RECOVERY_KIT_CODE_WRONG')).toBeVisible();
  await page.getByRole('textbox', { name: 'Code in the kit' }).fill(code.toLowerCase());
  await page.getByRole('button', { name: 'Confirm the kit' }).click();
  await expect(page.getByText('The recovery kit is confirmed')).toBeVisible();
}
