import { screen } from '@solidjs/testing-library';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { renderConsole } from '../testing/render-console.tsx';
import { sampleBackup, sampleDeployment, sampleEvent, sampleFailure, sampleRestoreTest } from '../testing/samples.ts';
import { useWatched, type WatchedOperation } from './watched-operations.tsx';

const { id } = sampleBackup();
const completed = sampleEvent('BackupCompleted', { correlationId: id, data: { backupId: id } });

beforeEach(() => sessionStorage.clear());

function Part(props: { kind: WatchedOperation['kind'] }) {
  const watched = useWatched();
  return (
    <button type="button" onClick={() => watched.watch({ kind: props.kind, id })}>
      Watch
    </button>
  );
}

/** Each question about the backup waits until the test answers it. */
function renderWatch(kind: WatchedOperation['kind'] = 'backup') {
  const waiting: ((backup: object) => void)[] = [];
  const answers = {
    'deployments.list': () => [sampleDeployment()],
    'backups.byId': () => new Promise((resolve) => waiting.push(resolve)),
  };
  return { ...renderConsole(() => <Part kind={kind} />, { answers }), waiting };
}

describe('an operation that this tab began', () => {
  it('ends in a toast although it ended while it was asked about', async () => {
    const { live, waiting } = renderWatch();
    (await screen.findByRole('button', { name: 'Watch' })).click();
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    live({ kind: 'event', event: completed });
    await vi.waitFor(() => expect(waiting).toHaveLength(2));
    waiting[0]?.(sampleBackup({ status: 'running' }));
    waiting[1]?.(sampleBackup());
    expect(await screen.findByText('shop-prod is backed up')).toBeTruthy();
  });

  it('is told once', async () => {
    const { live, waiting } = renderWatch();
    (await screen.findByRole('button', { name: 'Watch' })).click();
    live({ kind: 'event', event: completed });
    await vi.waitFor(() => expect(waiting).toHaveLength(2));
    for (const answer of waiting) answer(sampleBackup());
    await screen.findByText('shop-prod is backed up');
    expect(screen.getAllByText('shop-prod is backed up')).toHaveLength(1);
  });

  it('may be a restore test, which is told each time that it ends', async () => {
    const { live, waiting } = renderWatch('restore-test');
    const watch = await screen.findByRole('button', { name: 'Watch' });
    for (const position of [2, 3]) {
      const at = `2026-03-26T0${position}:00:00.000Z`;
      watch.click();
      await vi.waitFor(() => expect(waiting).toHaveLength(1));
      waiting.pop()?.(sampleBackup({ restoreTest: sampleRestoreTest({ state: 'running' }) }));
      live({
        kind: 'event',
        event: sampleEvent('RestoreTestPassed', { position, correlationId: id, data: { backupId: id } }),
      });
      await vi.waitFor(() => expect(waiting).toHaveLength(1));
      waiting.pop()?.(sampleBackup({ restoreTest: sampleRestoreTest({ at }) }));
      const told = () => screen.getAllByText('The backup of shop-prod can be restored');
      await vi.waitFor(() => expect(told()).toHaveLength(position - 1));
    }
  });

  it('says why it failed', async () => {
    const { waiting } = renderWatch();
    (await screen.findByRole('button', { name: 'Watch' })).click();
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    waiting[0]?.(sampleBackup({ status: 'failed', error: sampleFailure() }));
    expect(await screen.findByText('The backup of shop-prod failed')).toBeTruthy();
    expect(screen.getByText('The destination is full.')).toBeTruthy();
  });
});

it('a restore test that failed is told in a tab that did not ask for it', async () => {
  const { live, waiting } = renderWatch();
  await screen.findByRole('button', { name: 'Watch' });
  const event = sampleEvent('RestoreTestFailed', { correlationId: id, data: { backupId: id } });
  live({ kind: 'event', event });
  await vi.waitFor(() => expect(waiting).toHaveLength(1));
  const error = { ...sampleFailure(), reason: 'archive-damaged' as const };
  waiting[0]?.(sampleBackup({ restoreTest: sampleRestoreTest({ state: 'failed', error }) }));
  expect(await screen.findByText('The restore test of shop-prod failed')).toBeTruthy();
});
