import { fireEvent, screen, within } from '@solidjs/testing-library';
import { describe, expect, it, vi } from 'vitest';
import { renderConsole } from '../testing/render-console.tsx';
import { sampleBackup, sampleDeployment, samplePlan, samplePlanned, sampleProgress } from '../testing/samples.ts';
import { PlanPage } from './plan-page.tsx';
import { RestorablePage } from './restorable-page.tsx';

const promo = samplePlanned({ source: null, target: 'shop.promo', action: 'dropped', documentsNow: 12 });
const orders = samplePlanned({
  action: 'replaced',
  documentsNow: 1_961_874,
  drift: [{ what: 'index', name: 'status_1', change: 'removed' }],
});
const original = samplePlan({
  target: { kind: 'original' },
  phrase: 'shop',
  swapMethod: 'apply-ops',
  namespaces: [orders],
  warnings: [{ code: 'REPLACES_LIVE_DATA', message: 'These collections are replaced.', namespaces: ['shop.orders'] }],
});

interface Asked {
  target: { kind: string };
  mode?: string;
  namespaces?: string[];
}

function planFor({ target, mode }: Asked) {
  if (target.kind === 'copy') return samplePlan();
  return mode === 'exact' ? { ...original, id: 'exact', namespaces: [orders, promo] } : original;
}

const answers = {
  'deployments.list': () => [sampleDeployment()],
  'backups.byId': () => sampleBackup(),
  'backups.collections': () => ({
    items: ['orders', 'carts'].map((collection) => ({ database: 'shop', collection, type: 'collection' })),
    total: 2,
    nextCursor: null,
  }),
  'restores.plan': planFor,
  'restores.confirm': () => ({ id: '0190f5a0-0000-7000-8000-000000000009' }),
  'restores.byId': () => ({ status: 'running' }),
};

// The page's address names the backup.
const open = (locale: 'en' | 'fr' = 'en', change: object = {}) => {
  history.replaceState(null, '', `/backups/${sampleBackup().id}/restore`);
  return renderConsole(PlanPage, {
    answers: { ...answers, ...change },
    locale,
    path: '/backups/:id/restore',
  });
};
const press = async (name: string) => fireEvent.click(await screen.findByRole('button', { name }));
const choose = async (name: RegExp) => fireEvent.click(await screen.findByRole('radio', { name }));
const confirmButton = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Restore shop-prod' });
const goOn = async () => {
  const button = await screen.findByRole<HTMLButtonElement>('button', { name: 'Continue to confirm…' });
  await vi.waitFor(() => expect(button.disabled).toBe(false));
  fireEvent.click(button);
};
const inputs = (calls: { path: string; input: unknown }[], path: string) =>
  calls.filter((call) => call.path === path).map(({ input }) => input);

async function openInPlace(mode?: RegExp) {
  const rendered = open();
  await choose(/^In place/);
  if (mode) await choose(mode);
  await screen.findByText(mode ? 'dropped' : 'replaced', { selector: 'ul.tally li' });
  return rendered;
}

describe('the plan of a restore', () => {
  it('is for a copy first, and says whose data it is, where it goes and how old it is', async () => {
    const { calls } = open();
    expect(await screen.findByText('shop_copy')).toBeTruthy();
    expect(screen.getByRole<HTMLInputElement>('radio', { name: /^Into a copy/ }).checked).toBe(true);
    expect(screen.getByRole('heading', { level: 1 }).textContent).toMatch(/^Restore shop-prod to Thu 26 Mar 2026/);
    expect(screen.getByText(/into a copy on 10\.20\.4\.11:27017/)).toBeTruthy();
    expect(inputs(calls, 'restores.plan')).toMatchObject([{ target: { kind: 'copy' } }]);
  });

  it('shows what is dropped before anything else, and how to keep it', async () => {
    await openInPlace(/^Exact/);
    const panel = screen.getByRole('region', { name: 'Dropped' });
    expect(within(panel).getByText(/^shop\.promo will be dropped: 12 documents/)).toBeTruthy();
    expect(screen.getByText('Drops 1 collection')).toBeTruthy();
    fireEvent.click(within(panel).getByRole('button', { name: 'Keep it' }));
    await vi.waitFor(() => expect(screen.queryByRole('region', { name: 'Dropped' })).toBeNull());
    expect(screen.getByRole<HTMLInputElement>('radio', { name: /^Replace/ }).checked).toBe(true);
  });

  it('tells of each namespace what is there now, what will be, and what else differs', async () => {
    await openInPlace();
    const row = screen.getByRole('row', { name: /shop\.orders/ });
    expect(row.textContent).toContain('1,961,874');
    expect(row.textContent).toContain('−3,854');
    expect(screen.queryByText(/equal/)).toBeNull();
    expect(row.textContent).toContain('1 index only live');
    await press('shop.orders');
    expect(screen.getByText('The index status_1 goes: it is only live.')).toBeTruthy();
    expect(screen.getByText('REPLACES_LIVE_DATA')).toBeTruthy();
  });

  it('says of a merge that what differs beside the documents stays', async () => {
    const merged = { ...orders, action: 'merged' as const };
    open('en', { 'restores.plan': () => ({ ...original, namespaces: [merged] }) });
    await press('shop.orders');
    expect(screen.getByText('index status_1: only live')).toBeTruthy();
    expect(screen.queryByText(/^The index status_1 goes/)).toBeNull();
  });

  it('is made anew for chosen collections, and not before one is chosen', async () => {
    const { calls } = open();
    await screen.findByText('shop_copy');
    await choose(/^Chosen collections/);
    expect(await screen.findByText('Tick at least one database or collection.')).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Continue to confirm…' }).disabled).toBe(true);
    expect(screen.getByText('Correct what is marked above first.').classList).not.toContain('visually-hidden');
    fireEvent.click(await screen.findByRole('checkbox', { name: 'carts' }));
    await vi.waitFor(() => expect(inputs(calls, 'restores.plan')).toHaveLength(2));
    expect(inputs(calls, 'restores.plan')[1]).toMatchObject({ namespaces: ['shop.carts'] });
    const database = screen.getByRole<HTMLInputElement>('checkbox', { name: 'shop' });
    expect([database.checked, database.indeterminate]).toEqual([false, true]);
  });

  it('offers a new one when its time is over', async () => {
    const { calls } = open('en', { 'restores.plan': () => samplePlan({ expiresAt: '2026-03-26T11:14:00.000Z' }) });
    expect(await screen.findByText('This plan does not hold any more.')).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Continue to confirm…' }).disabled).toBe(true);
    await press('Make a new plan');
    await vi.waitFor(() => expect(inputs(calls, 'restores.plan')).toHaveLength(2));
  });

  it('goes into another deployment once the backup’s own is removed', async () => {
    const staging = sampleDeployment({ id: 'staging' as never, name: 'shop-staging' });
    const { calls } = open('en', {
      'deployments.list': () => [staging],
      'restores.plan': ({ target }: { target: { deploymentId?: string } }) => {
        if (target.deploymentId === 'staging') return samplePlan({ deploymentName: 'shop-staging' });
        throw { app: { code: 'DEPLOYMENT_NOT_FOUND', details: { id: 'x' }, hint: '' } };
      },
    });
    expect(await screen.findByText(/^Choose the deployment that it goes into/)).toBeTruthy();
    expect(screen.queryByText('DEPLOYMENT_NOT_FOUND')).toBeNull();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Continue to confirm…' }).disabled).toBe(true);
    fireEvent.change(screen.getByRole('combobox', { name: 'Deployment' }), { target: { value: 'staging' } });
    await goOn();
    expect(inputs(calls, 'restores.plan').at(-1)).toMatchObject({ target: { deploymentId: 'staging' } });
  });

  it('can be opened for a backup of a removed deployment', async () => {
    renderConsole(RestorablePage, {
      answers: {
        'deployments.list': () => [],
        'backups.list': () => ({ items: [sampleBackup(), sampleBackup({ trigger: 'safety' })], nextCursor: null }),
        'restores.list': () => ({ items: [], nextCursor: null }),
      },
    });
    expect(await screen.findAllByText('deployment removed')).toHaveLength(2);
    for (const button of screen.getAllByRole<HTMLButtonElement>('button', { name: /^Restore…/ }))
      expect(button.disabled).toBe(false);
    expect(screen.getAllByText(/, safety backup$/)).toHaveLength(1);
  });

  it('compares the documents of a collection when asked, and keeps what was found', async () => {
    const examples = { onlyLive: ['{"$oid":"65fb0c1f2a0000000000aa01"}'], onlyInBackup: [], changed: [] };
    const difference = { onlyLive: 3_854, onlyInBackup: 0, changed: 12, same: 1_958_008, examples };
    const compare = () => ({ ...original, namespaces: [{ ...orders, difference }] });
    const { calls } = open('en', { 'restores.compare': compare });
    await choose(/^In place/);
    await press('shop.orders');
    await press('Compare documents');
    expect(await screen.findByText('3,854 documents only here')).toBeTruthy();
    expect(screen.getByText('65fb0c1f2a0000000000aa01')).toBeTruthy();
    expect(screen.getByText('and 3,853 more')).toBeTruthy();
    expect(inputs(calls, 'restores.compare')).toEqual([{ planId: original.id, namespace: 'shop.orders' }]);
  });

  it('keeps thousands of collections usable', async () => {
    const many = Array.from({ length: 5_000 }, (_, index) =>
      samplePlanned({ target: `db${index % 5}.c${String(index).padStart(4, '0')}` }),
    );
    open('en', { 'restores.plan': () => samplePlan({ namespaces: many }) });
    fireEvent.click(await screen.findByText('db3'));
    const rows = () => document.querySelectorAll('.compare .t-name').length;
    expect(rows()).toBe(100);
    expect(screen.getByText('Show 500 more')).toBeTruthy();
    fireEvent.input(screen.getByPlaceholderText('Find a collection'), { target: { value: 'C4999' } });
    expect(await screen.findByText('db4.c4999')).toBeTruthy();
    expect(rows()).toBe(1);
    expect(screen.getByText('1 collection shown')).toBeTruthy();
  });
});

describe('the confirmation', () => {
  it('of a copy needs no phrase', async () => {
    const { calls } = open();
    await screen.findByText('shop_copy');
    await goOn();
    expect(screen.getByRole('dialog', { name: 'Restore shop-prod?' })).toBeTruthy();
    expect(within(screen.getByRole('dialog')).queryByRole('textbox')).toBeNull();
    fireEvent.click(confirmButton());
    await vi.waitFor(() => expect(inputs(calls, 'restores.confirm')).toEqual([{ planId: samplePlan().id }]));
  });

  it('of a restore in place needs the phrase exactly as it is, and Enter starts nothing', async () => {
    const { calls } = await openInPlace();
    await goOn();
    const phrase = within(screen.getByRole('dialog')).getByRole('textbox');
    expect(confirmButton().disabled).toBe(true);
    for (const wrong of ['shop-prod', 'Shop', 'shop ', 'sho']) {
      fireEvent.input(phrase, { target: { value: wrong } });
      expect(confirmButton().disabled, wrong).toBe(true);
      expect(screen.getByText('The name does not match yet.')).toBeTruthy();
    }
    fireEvent.input(phrase, { target: { value: 'shop' } });
    fireEvent.keyDown(phrase, { key: 'Enter' });
    expect(inputs(calls, 'restores.confirm')).toEqual([]);
    expect(confirmButton().disabled).toBe(false);
    expect(confirmButton().classList.contains('danger-solid')).toBe(true);
    fireEvent.click(confirmButton());
    await vi.waitFor(() =>
      expect(inputs(calls, 'restores.confirm')).toEqual([{ planId: original.id, phrase: 'shop' }]),
    );
  });

  it('wants every drop ticked', async () => {
    await openInPlace(/^Exact/);
    await goOn();
    fireEvent.input(within(screen.getByRole('dialog')).getByRole('textbox'), { target: { value: 'shop' } });
    expect(confirmButton().disabled).toBe(true);
    expect(screen.getByText('Tick each box.')).toBeTruthy();
    fireEvent.click(screen.getByRole('checkbox', { name: 'I have seen this and mean it' }));
    expect(confirmButton().disabled).toBe(false);
  });

  it('says that users and roles change too, and wants those that vanish ticked', async () => {
    const users = { added: ['shop.bert'], changed: ['admin.reporting'], notInBackup: ['shop.carl'], vanish: true };
    open('en', { 'restores.plan': () => ({ ...original, users }) });
    await goOn();
    const dialog = within(screen.getByRole('dialog'));
    expect(dialog.getByText('Become what they were: admin.reporting. Come back: shop.bert.')).toBeTruthy();
    fireEvent.input(dialog.getByRole('textbox'), { target: { value: 'shop' } });
    expect(confirmButton().disabled).toBe(true);
    fireEvent.click(dialog.getByRole('checkbox', { name: 'I have seen this and mean it' }));
    expect(confirmButton().disabled).toBe(false);
  });

  it('offers a new plan when the deployment has changed meanwhile', async () => {
    const refuse = () => {
      throw { app: { code: 'PLAN_OUTDATED', details: { id: original.id, name: 'shop-prod' }, hint: '' } };
    };
    const { calls } = open('en', { 'restores.confirm': refuse });
    await screen.findByText('shop_copy');
    await goOn();
    fireEvent.click(confirmButton());
    expect(await screen.findByText('PLAN_OUTDATED')).toBeTruthy();
    expect(confirmButton().disabled).toBe(true);
    fireEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Make a new plan' }));
    await vi.waitFor(() => expect(inputs(calls, 'restores.plan')).toHaveLength(2));
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('is not possible while another operation runs on the deployment', async () => {
    const { live } = open();
    await screen.findByText('shop_copy');
    await goOn();
    expect(confirmButton().disabled).toBe(false);
    live({ kind: 'operations', operations: [sampleProgress()] });
    expect(confirmButton().disabled).toBe(true);
    expect(within(screen.getByRole('dialog')).getByText(/^A backup runs since/)).toBeTruthy();
  });

  it('speaks French', async () => {
    open('fr');
    await screen.findByText('shop_copy');
    await press('Continuer vers la confirmation…');
    expect(await screen.findByRole('button', { name: 'Restaurer shop-prod' })).toBeTruthy();
    expect(screen.getByRole('dialog', { name: /^Restaurer shop-prod/ })).toBeTruthy();
  });
});
