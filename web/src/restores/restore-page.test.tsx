import type { RestorePhase } from '@holdfast/shared/restore';
import { cleanup, screen, within } from '@solidjs/testing-library';
import { describe, expect, it } from 'vitest';
import { renderConsole } from '../testing/render-console.tsx';
import {
  sampleBackup,
  sampleDeployment,
  sampleEvent,
  sampleFailure,
  sampleProgress,
  sampleRestore,
} from '../testing/samples.ts';
import { RestorePage } from './restore-page.tsx';

const running = sampleRestore();
const begun = (phase: RestorePhase, position: number) =>
  sampleEvent('RestorePhaseStarted', { position, data: { restoreId: running.id, phase } });

function open(change: Parameters<typeof sampleRestore>[0] = {}) {
  const answers = {
    'deployments.list': () => [sampleDeployment()],
    'backups.byId': () => sampleBackup(),
    'restores.byId': () => sampleRestore(change),
    'audit.search': () => ({ events: [begun('stage', 9), begun('verify', 8)], nextCursor: null }),
  };
  window.history.replaceState({}, '', `/restores/${running.id}`);
  return renderConsole(RestorePage, { answers, path: '/restores/:id' });
}
const progress = (change: Parameters<typeof sampleProgress>[0] = {}) =>
  sampleProgress({ operationId: running.id as never, kind: 'restore', phase: 'stage', ...change });
const band = () => screen.findByRole('region', { name: 'Live data now' });

describe('the page of a restore that runs', () => {
  it('says before the swap that live data is unchanged, and lets it be cancelled until then', async () => {
    const { live } = open();
    await band();
    live({ kind: 'operations', operations: [progress()] });
    expect(within(await band()).getByRole('heading', { name: 'Live data is unchanged.' })).toBeTruthy();
    expect(within(await band()).getByRole('button', { name: 'Cancel the restore…' })).toBeTruthy();
    live({ kind: 'operations', operations: [progress({ phase: 'swap' })] });
    expect(within(await band()).getByRole('heading', { name: 'The swap is under way.' })).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Cancel the restore…' })).toBeNull();
  });

  it('does not speak again while the fact stays the same', async () => {
    const { live } = open();
    await band();
    live({ kind: 'operations', operations: [progress()] });
    const heading = within(await band()).getByRole('heading');
    const changes = new MutationObserver(() => {});
    const words = (await band()).querySelector('[aria-live]') as Element;
    changes.observe(words, { subtree: true, childList: true, characterData: true });
    live({ kind: 'operations', operations: [progress({ phase: 'prove', bytes: 900 })] });
    expect(screen.getByText(/900/)).toBeTruthy();
    expect(changes.takeRecords()).toEqual([]);
    expect(heading.isConnected).toBe(true);
  });

  it('tells the steps from the ledger, with each collection below the one under way', async () => {
    const { live } = open();
    await band();
    const orders = { namespace: 'shop.orders', documents: 5, totalDocuments: 10, bytes: 5, done: false };
    live({ kind: 'operations', operations: [progress({ namespaces: [orders] })] });
    const steps = await screen.findByRole('list', { name: 'Steps of the restore' });
    await within(steps).findByText('Verify the archive');
    expect(within(steps).getByRole('heading', { name: /^Verify the archive\s*, done$/ })).toBeTruthy();
    expect(within(steps).getByRole('heading', { name: /^Write the copy\s*, under way$/ })).toBeTruthy();
    expect(within(steps).getByRole('progressbar', { name: 'shop.orders' })).toBeTruthy();
    expect(within(steps).getByRole('heading', { name: /^Swap\s*, still to come$/ })).toBeTruthy();
  });
});

describe('the page of a restore that has ended', () => {
  it('says what a merge did, and what to do about what collides', async () => {
    const merged = { inserted: 3_120, identical: 1_950_000, colliding: 14 };
    open({
      status: 'completed',
      completedAt: '2026-03-26T10:52:00.000Z',
      durationMs: 300_000,
      merged,
      documents: 3_120,
      options: { ...running.options, mode: 'merge' },
    });
    expect(await screen.findByText('Live data has what it lacked.')).toBeTruthy();
    const title = screen.getByRole('heading', { level: 1 }).textContent;
    expect(title).toMatch(/^shop-prod has what it lacked\.\s*From the backup of /);
    expect(screen.getByText('1,950,000')).toBeTruthy();
    expect(screen.getByText('See what collides.')).toBeTruthy();
  });

  it.each([
    ['the whole', {}, /^shop-prod is back\.\s*As of /],
    ['a copy', { target: { kind: 'copy' } }, /^The copy on shop-prod is ready\.\s*As of /],
    [
      'a part',
      { options: { ...running.options, namespaces: ['shop.orders'] } },
      /^What was chosen of shop-prod is back\./,
    ],
  ] as const)('does not call back what is not: of %s', async (_of, change, title) => {
    open({ ...(change as object), status: 'completed', durationMs: 1 });
    expect((await screen.findByRole('heading', { level: 1 })).textContent).toMatch(title);
  });

  it('says after a failure what live data is like and what to do next', async () => {
    open({ status: 'failed', error: sampleFailure() });
    expect(within(await band()).getByText(/^Nothing of it was changed/)).toBeTruthy();
    expect(screen.getByText('Try again once the reason is gone.')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Make a new plan' })).toBeTruthy();
    cleanup();
    open({ status: 'cancelled' });
    expect(await screen.findByText('Plan it again when you want to.')).toBeTruthy();
  });

  it('leads to another backup when this one is damaged', async () => {
    open({ status: 'failed', error: { ...sampleFailure(), reason: 'archive-damaged' } });
    expect((await screen.findByRole('link', { name: 'Choose another backup…' })).getAttribute('href')).toBe('/restore');
    expect(screen.getByText('Restore from another backup.')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Make a new plan' })).toBeNull();
  });

  it('does not call live data whole when it is not', async () => {
    open({ status: 'failed', error: sampleFailure(), liveData: 'partly-replaced' });
    expect((await band()).classList.contains('uncertain')).toBe(true);
    expect(screen.getByText('Let nothing write to it.')).toBeTruthy();
    expect(screen.queryByText(/Take it back/)).toBeNull();
  });

  it('names the safety backup only as long as it is there', async () => {
    const done = { status: 'completed', safetyBackupId: sampleBackup().id, durationMs: 1 } as const;
    const undo = { until: new Date(Date.now() + 3_600_000).toISOString(), bytes: 1, by: null } as const;
    open({ ...done, undo: { ...undo, state: 'kept' } });
    expect(await screen.findByRole('link', { name: 'Open the safety backup' })).toBeTruthy();
    cleanup();
    open({ ...done, undo: { ...undo, state: 'dropped' } });
    expect(await screen.findByText('Make a backup of what is live now.')).toBeTruthy();
    expect(screen.queryByRole('link', { name: 'Open the safety backup' })).toBeNull();
  });

  it('lets one that failed half-way be taken back, and then has nothing more to warn of', async () => {
    const undo = { state: 'kept', until: new Date(Date.now() + 3_600_000).toISOString(), bytes: 1, by: null } as const;
    const halfWay = { status: 'failed', error: sampleFailure(), liveData: 'partly-replaced' } as const;
    open({ ...halfWay, undo });
    expect(await screen.findByRole('region', { name: 'Undo' })).toBeTruthy();
    expect(screen.getByText(/old and new\. Take it back, restore again/)).toBeTruthy();
    cleanup();
    open({ ...halfWay, undo: { ...undo, state: 'undone' } });
    expect(await screen.findByText(/^It was taken back\./)).toBeTruthy();
    expect(screen.getByRole('heading', { level: 1 }).textContent).toContain('The restore of shop-prod was taken back.');
    expect(screen.queryByText('Let nothing write to it.')).toBeNull();
  });
});
