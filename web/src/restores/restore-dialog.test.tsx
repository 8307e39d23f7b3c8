import { fireEvent, screen } from '@solidjs/testing-library';
import { describe, expect, it, vi } from 'vitest';
import { renderConsole } from '../testing/render-console.tsx';
import { sampleBackup, sampleDeployment, samplePlan, samplePlanned, sampleProgress } from '../testing/samples.ts';
import { RestoreDialog } from './restore-dialog.tsx';

const original = samplePlan({
  target: { kind: 'original' },
  phrase: 'shop',
  namespaces: [
    samplePlanned({ action: 'replaced', documentsNow: 1_961_874 }),
    samplePlanned({ source: null, target: 'shop.promo_codes', action: 'untouched', documentsInBackup: null }),
  ],
  warnings: [{ code: 'REPLACES_LIVE_DATA', message: 'These collections are replaced.', namespaces: ['shop.orders'] }],
});

const answers = {
  'deployments.list': () => [sampleDeployment()],
  'backups.byId': () => sampleBackup(),
  'restores.plan': (input: { target: { kind: string } }) => (input.target.kind === 'copy' ? samplePlan() : original),
  'restores.confirm': () => ({ id: '0190f5a0-0000-7000-8000-000000000009' }),
  'restores.byId': () => ({ status: 'running' }),
};

const open = (locale: 'en' | 'fr' = 'en') =>
  renderConsole(() => <RestoreDialog backupId={sampleBackup().id} onClose={() => {}} />, { answers, locale });
const press = async (name: string) => fireEvent.click(await screen.findByRole('button', { name }));
const confirmButton = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Confirm the restore' });

describe('the restore dialog', () => {
  it('plans a copy first, and says whose data it is, where it goes and how old it is', async () => {
    const { calls } = open();
    expect(await screen.findByText('shop_copy')).toBeTruthy();
    expect(screen.getByRole<HTMLInputElement>('radio', { name: /Into a copy/ }).checked).toBe(true);
    expect(screen.getByRole('dialog', { name: 'Restore shop-prod' })).toBeTruthy();
    expect(screen.getByText('10.20.4.11:27017')).toBeTruthy();
    expect(screen.getByText(/Thu 26 Mar 2026/)).toBeTruthy();
    expect(screen.getByText(/ago$/)).toBeTruthy();
    expect(calls.find(({ path }) => path === 'restores.plan')?.input).toMatchObject({ target: { kind: 'copy' } });
  });

  it('confirms a copy without a phrase, in a second step', async () => {
    const { calls } = open();
    await screen.findByText('shop_copy');
    expect(screen.queryByRole('button', { name: 'Confirm the restore' })).toBeNull();
    await press('Continue…');
    expect(screen.queryByRole('textbox')).toBeNull();
    await press('Confirm the restore');
    await vi.waitFor(() =>
      expect(calls.find(({ path }) => path === 'restores.confirm')?.input).toEqual({ planId: samplePlan().id }),
    );
  });

  it('counts what is replaced and warns before a restore in place', async () => {
    open();
    fireEvent.click(await screen.findByRole('radio', { name: /In place/ }));
    expect(await screen.findByText('collection replaced')).toBeTruthy();
    expect(screen.getByText('collection untouched')).toBeTruthy();
    expect(screen.getByText('REPLACES_LIVE_DATA')).toBeTruthy();
  });

  it('lets a restore in place begin only with the phrase exactly as it is', async () => {
    const { calls } = open();
    fireEvent.click(await screen.findByRole('radio', { name: /In place/ }));
    await screen.findByText('collection replaced');
    await press('Continue…');
    expect(confirmButton().disabled).toBe(true);
    const phrase = screen.getByRole('textbox');
    for (const wrong of ['shop-prod', 'Shop', 'shop ', 'sho']) {
      fireEvent.input(phrase, { target: { value: wrong } });
      expect(confirmButton().disabled, wrong).toBe(true);
      expect(screen.getByText('The name does not match yet.')).toBeTruthy();
    }
    fireEvent.input(phrase, { target: { value: 'shop' } });
    expect(confirmButton().disabled).toBe(false);
    expect(confirmButton().classList.contains('danger-solid')).toBe(true);
    fireEvent.click(confirmButton());
    await vi.waitFor(() =>
      expect(calls.find(({ path }) => path === 'restores.confirm')?.input).toEqual({
        planId: original.id,
        phrase: 'shop',
      }),
    );
  });

  it('starts nothing on Enter', async () => {
    const { calls } = open();
    fireEvent.click(await screen.findByRole('radio', { name: /In place/ }));
    await screen.findByText('collection replaced');
    await press('Continue…');
    const phrase = screen.getByRole('textbox');
    fireEvent.input(phrase, { target: { value: 'shop' } });
    fireEvent.keyDown(phrase, { key: 'Enter' });
    expect(calls.some(({ path }) => path === 'restores.confirm')).toBe(false);
  });

  it('cannot be confirmed while another operation runs on the deployment', async () => {
    const { live } = open();
    await screen.findByText('shop_copy');
    await press('Continue…');
    expect(confirmButton().disabled).toBe(false);
    live({ kind: 'operations', operations: [sampleProgress()] });
    expect(confirmButton().disabled).toBe(true);
    expect(screen.getByText(/^A backup runs since/)).toBeTruthy();
  });

  it('speaks French', async () => {
    open('fr');
    await screen.findByText('shop_copy');
    await press('Continuer…');
    expect(await screen.findByRole('button', { name: 'Confirmer la restauration' })).toBeTruthy();
    expect(screen.getByRole('dialog', { name: 'Confirmer la restauration de shop-prod' })).toBeTruthy();
  });
});
