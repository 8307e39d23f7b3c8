import { expect, signIn, test } from './holdfast-server.ts';

test.use({ locale: 'fr-FR' });

test('speaks French to a French browser, and keeps a choice of language', async ({ page, holdfast, shop }) => {
  expect(shop.deploymentId).toBeTruthy();
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'Se connecter à Holdfast' })).toBeVisible();
  expect(await page.locator('html').getAttribute('lang')).toBe('fr');
  await signIn(page, holdfast);
  await page.goto('/deployments/shop-prod');
  await expect(page.getByRole('button', { name: 'Sauvegarder maintenant' })).toBeVisible();
  await page.getByRole('button', { name: 'Restaurer…', exact: true }).first().click();
  await page.getByRole('button', { name: 'Continuer vers la confirmation…' }).click();
  await expect(page.getByRole('dialog', { name: /^Restaurer shop-prod/ })).toBeVisible();
  await page.getByRole('button', { name: 'Revenir' }).click();

  await page.goto('/settings');
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.getByRole('heading', { name: 'Deployments' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Deployments' })).toBeVisible();
});
