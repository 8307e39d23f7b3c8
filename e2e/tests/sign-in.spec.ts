import { expect, loginCode, signIn, test } from './holdfast-server.ts';

test('the gate says how to get a code, refuses a wrong one and takes a good one once', async ({ page, holdfast }) => {
  await page.goto('/');
  await expect(page.getByText('npx pnpm@12 holdfast login-code')).toBeVisible();
  await page.getByRole('textbox', { name: 'Login code' }).fill('AAAAA-AAAAA');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('The code is wrong, used or expired.')).toBeVisible();

  const code = await loginCode(holdfast);
  await page.getByRole('textbox', { name: 'Login code' }).fill(code);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('navigation', { name: 'Main' }).first()).toBeVisible();

  const again = await page.request.post('/auth/login', { data: { code }, headers: { origin: holdfast.url } });
  expect(again.status()).toBe(401);
});

test('signing out leads back to the gate, in every tab', async ({ context, page, holdfast }) => {
  await signIn(page, holdfast);
  const other = await context.newPage();
  await other.goto('/activity');
  await expect(other.getByRole('heading', { name: 'Activity' })).toBeVisible();
  await page.goto('/settings');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in to Holdfast' })).toBeVisible();
  await expect(other.getByRole('heading', { name: 'Sign in to Holdfast' })).toBeVisible();
});

test('shows the sample database and its backup on the first start', async ({ console: page }) => {
  await page.getByRole('link', { name: 'sample', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('sample is ready');
  const row = page.getByRole('table', { name: 'Backups of sample' }).getByRole('row').nth(1);
  await expect(row).toContainText('Completed');
  await expect(row.getByRole('button', { name: /^Restore…/ })).toBeEnabled();
  await row.getByRole('link').first().click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/is (?:written whole|verified)/);
  await expect(page.getByRole('row', { name: /shop\.orders/ })).toContainText('8,000');
  await expect(page.getByText('backed up:')).toBeVisible();
});
