import type { Restore } from '@holdfast/shared/restore';
import type { UndoPlan } from '@holdfast/shared/restore-plan';
import { fireEvent, screen } from '@solidjs/testing-library';
import { describe, expect, it, vi } from 'vitest';
import { renderConsole } from '../testing/render-console.tsx';
import { sampleDeployment, samplePlan } from '../testing/samples.ts';
import { RestoreList } from './restore-list.tsx';
import { UndoSection } from './undo-section.tsx';

const soon = (hours: number) => new Date(Date.now() + hours * 3_600_000 + 5_000).toISOString();
const { options, backupId, deploymentId, hosts } = samplePlan();

function restore(undo: Partial<NonNullable<Restore['undo']>> | null, status: Restore['status'] = 'completed'): Restore {
  return {
    ...{ id: '0190f5a0-0000-7000-8000-000000000009', backupId, deploymentId, deploymentName: 'shop-prod', options },
    ...{
      status,
      liveData: 'replaced',
      databases: [],
      undoOf: null,
      actor: { kind: 'user', id: 'administrator' },
    },
    ...{ target: { kind: 'original' }, createdAt: soon(-1), durationMs: null, phase: null },
    undo: undo && { state: 'kept', until: soon(12), bytes: 9_300_000_000, by: null, ...undo },
  } as unknown as Restore;
}

const plan = {
  ...{ id: '0190f5a0-0000-7000-8000-00000000000a', restoreId: restore(null).id, deploymentId, hosts },
  ...{ deploymentName: 'shop-prod', createdAt: soon(0), expiresAt: soon(1), phrase: 'shop', until: soon(12) },
  keptBytes: 9_300_000_000,
  namespaces: [
    { target: 'shop.orders', action: 'replaced', documentsNow: 7, documentsThen: 5, writesSince: 3 },
    { target: 'shop.added', action: 'removed', documentsNow: 2, documentsThen: null, writesSince: 0 },
  ],
  ...{ countedBy: 'oplog', writesSince: 3, swapMethod: 'apply-ops' },
  warnings: [{ code: 'CHANGE_STREAMS_END', message: '', namespaces: ['shop.orders'] }],
} as UndoPlan;

const answers = {
  'deployments.list': () => [sampleDeployment()],
  'restores.planUndo': () => plan,
  'restores.undo': () => ({ id: '0190f5a0-0000-7000-8000-00000000000b' }),
  'restores.byId': () => ({ status: 'running' }),
  'restores.dropUndo': () => restore({ state: 'dropped' }),
};
const render = (undo: Parameters<typeof restore>[0], locale: 'en' | 'fr' = 'en', change: object = {}) =>
  renderConsole(() => <UndoSection restore={restore(undo)} />, { answers: { ...answers, ...change }, locale });
const press = async (name: string) => fireEvent.click(await screen.findByRole('button', { name }));

describe('the undo of a restore', () => {
  it('says how long, until when and what is kept for it', async () => {
    render({});
    expect(await screen.findByRole('heading', { name: /^You can take this back for 12\sh/ })).toBeTruthy();
    expect(screen.getByRole('img', { name: /12\sh.* of 24 h left/ })).toBeTruthy();
    expect(screen.getByText(/takes 9\.30\sGB/)).toBeTruthy();
  });

  it('says how many writes it takes back, and begins only with the phrase exactly as it is', async () => {
    const { calls } = render({});
    await press('Undo this restore…');
    expect(await screen.findByText('3 writes since the restore are taken back')).toBeTruthy();
    expect(screen.getByText('1 collection goes: it was not there before')).toBeTruthy();
    expect(screen.getByText('Database').nextElementSibling?.textContent).toBe('shop');
    expect(screen.getByText('Restored').nextElementSibling?.textContent).toMatch(/\d{2}:\d{2}.*59 minutes ago/);
    const confirm = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Take it back' });
    const phrase = screen.getByRole('textbox');
    for (const wrong of ['', 'shop-prod', 'Shop', 'shop ']) {
      fireEvent.input(phrase, { target: { value: wrong } });
      expect(confirm().disabled, wrong).toBe(true);
    }
    fireEvent.input(phrase, { target: { value: 'shop' } });
    fireEvent.click(confirm());
    await vi.waitFor(() =>
      expect(calls.find(({ path }) => path === 'restores.undo')?.input).toEqual({
        id: restore(null).id,
        planId: plan.id,
        phrase: 'shop',
      }),
    );
  });

  it('warns of what a swap that is not one command may lose or mix', async () => {
    const warnings = [
      { code: 'SWAPPED_IN_GROUPS', message: '', namespaces: [] },
      { code: 'WRITES_MAY_BE_LOST', message: '', namespaces: ['shop.orders'] },
    ];
    render({}, 'en', { 'restores.planUndo': () => ({ ...plan, warnings }) });
    await press('Undo this restore…');
    expect(await screen.findByText('Too many for one command: swapped back in groups')).toBeTruthy();
    expect(screen.getByText('Writes during the swap may be lost')).toBeTruthy();
  });

  it('says so where the writes cannot be told', async () => {
    const unknown = { ...plan, writesSince: null, countedBy: 'documents' };
    render({}, 'fr', { 'restores.planUndo': () => unknown });
    await press('Défaire cette restauration…');
    expect(await screen.findByText('Tout ce qui a été écrit depuis la restauration est perdu')).toBeTruthy();
    expect(screen.getByText(/^Au moins 3 documents modifiés/)).toBeTruthy();
  });

  it('frees the space only after another question', async () => {
    const { calls } = render({});
    await press('Free the space now…');
    expect(calls.some(({ path }) => path === 'restores.dropUndo')).toBe(false);
    await press('Free the space');
    await vi.waitFor(() =>
      expect(calls.find(({ path }) => path === 'restores.dropUndo')?.input).toEqual({ id: restore(null).id }),
    );
  });

  it('says that it is over, and links what took it back', async () => {
    render({ state: 'undone', by: restore(null).id });
    expect(await screen.findByText(/It was taken back\./)).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Open the undo' }).getAttribute('href')).toBe(
      `/restores/${restore(null).id}`,
    );
    expect(screen.queryByRole('button')).toBeNull();
  });

  it('is not there for a restore that replaced nothing', () => {
    render(null);
    expect(screen.queryByRole('region')).toBeNull();
  });

  it('is in the list of restores for every one that has ended and is kept', async () => {
    const items = (['failed', 'completed', 'running'] as const).map((status) => restore({}, status));
    renderConsole(() => <RestoreList />, { answers: { 'restores.list': () => ({ items, nextCursor: null }) } });
    await screen.findByText('Failed');
    const rows = screen.getAllByRole('row').slice(1);
    expect(rows.map((row) => row.textContent?.includes('Live data is'))).toEqual([true, false, false]);
    expect(rows.map((row) => row.textContent?.includes('can be taken back'))).toEqual([true, true, false]);
  });
});
