// What the console says while the ledger does not answer, and that it goes on by itself once it does.
import { expect, loginCode, signIn, test } from './holdfast-server.ts';

test('says in words that the ledger does not answer, and recovers without a reload', async ({ page, browser }) => {
  test.setTimeout(180_000);
  const { startHoldfastProcess } = await import('@holdfast/server/testing/holdfast-process');
  const { startReplicaSet } = await import('@holdfast/server/testing/mongo');
  await using ledger = await startReplicaSet();
  await using holdfast = await startHoldfastProcess({ env: { LEDGER_URI: ledger.uri, MONGODB_URI: ledger.uri } });
  await signIn(page, holdfast);
  const spare = await loginCode(holdfast);
  await using stranger = await browser.newContext({ locale: 'fr-FR' });
  const gate = await stranger.newPage();

  await ledger.kill();
  await expect(page.getByText(/^The ledger has not answered since/)).toBeVisible();
  await expect(page.getByText(/See whether its mongod runs and has disk space/)).toBeVisible();
  await expect(page.getByText(/^True as of/)).toBeVisible();
  await gate.goto(holdfast.url);
  await expect(gate.getByRole('alert').getByText('Le registre ne répond pas.')).toBeVisible();
  const late = await page.context().newPage();
  await late.goto(`${holdfast.url}/activity`);
  await expect(late.getByRole('alert')).toContainText(
    /^The ledger does not answer\. Holdfast itself runs: .* disk space\.$/,
  );

  await ledger.restart();
  await expect(page.getByText('Live again.')).toBeVisible();
  await expect(page.getByText('Live as of')).toBeVisible();
  await expect(page.getByText(/^The ledger has not answered/)).toBeHidden();
  await expect(late.getByText('Live as of')).toBeVisible();
  await gate.getByRole('textbox', { name: 'Code de connexion' }).fill(spare);
  await gate.getByRole('button', { name: 'Se connecter' }).click();
  await expect(gate.getByText('En direct')).toBeVisible();
});
