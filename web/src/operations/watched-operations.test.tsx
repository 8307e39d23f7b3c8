import { screen } from '@solidjs/testing-library';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { renderConsole } from '../testing/render-console.tsx';
import { sampleBackup, sampleDeployment, sampleEvent, sampleFailure } from '../testing/samples.ts';
import { useWatched } from './watched-operations.tsx';

const { id } = sampleBackup();
const completed = sampleEvent('BackupCompleted', { correlationId: id, data: { backupId: id } });

beforeEach(() => sessionStorage.clear());

function Part() {
  const watched = useWatched();
  return (
    <button type="button" onClick={() => watched.watch({ kind: 'backup', id })}>
      Watch
    </button>
  );
}

/** Each question about the backup waits until the test answers it. */
function renderWatch() {
  const waiting: ((backup: object) => void)[] = [];
  const answers = {
    'deployments.list': () => [sampleDeployment()],
    'backups.byId': () => new Promise((resolve) => waiting.push(resolve)),
  };
  return { ...renderConsole(Part, { answers }), waiting };
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

  it('says why it failed', async () => {
    const { waiting } = renderWatch();
    (await screen.findByRole('button', { name: 'Watch' })).click();
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    waiting[0]?.(sampleBackup({ status: 'failed', error: sampleFailure() }));
    expect(await screen.findByText('The backup of shop-prod failed')).toBeTruthy();
    expect(screen.getByText('The destination is full.')).toBeTruthy();
  });
});
