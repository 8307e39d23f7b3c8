import { screen } from '@solidjs/testing-library';
import { describe, expect, it, vi } from 'vitest';
import { liveStatus, renderConsole } from '../testing/render-console.tsx';
import { sampleBackup, sampleDeployment, sampleProgress } from '../testing/samples.ts';
import { BackUpNow } from './back-up-now.tsx';
import { useBusy } from './busy.ts';
import { GuardedButton } from './guarded-button.tsx';

const answers = {
  'deployments.list': () => [sampleDeployment()],
  'backups.request': () => sampleBackup({ status: 'requested' }),
  'backups.byId': () => sampleBackup({ status: 'running' }),
};

function Part() {
  const busy = useBusy(() => sampleDeployment());
  return <BackUpNow deployment={sampleDeployment()} busy={busy()} />;
}

describe('the button that begins a backup', () => {
  it('is disabled in this tab when somebody else began one, with the reason beside it', async () => {
    const { live } = renderConsole(Part, { answers });
    const button = await screen.findByRole<HTMLButtonElement>('button', { name: 'Back up now' });
    expect(button.disabled).toBe(false);

    live({ kind: 'operations', operations: [sampleProgress({ kind: 'restore' })] });
    expect(button.disabled).toBe(true);
    const reason = screen.getByText(/^A restore runs since .*, started by the administrator\.$/);
    expect(button.getAttribute('aria-describedby')).toBe(reason.id);

    live({ kind: 'operations', operations: [] });
    expect(button.disabled).toBe(false);
    expect(screen.queryByText(/A restore runs/)).toBeNull();
  });

  it('gives the reason in French', async () => {
    const { live } = renderConsole(Part, { answers, locale: 'fr' });
    await screen.findByRole('button', { name: 'Sauvegarder maintenant' });
    live({ kind: 'operations', operations: [sampleProgress()] });
    expect(screen.getByText(/^Une sauvegarde est en cours depuis .*, lancée par l’administrateur\.$/)).toBeTruthy();
  });

  it('does not take an operation of another deployment for its own', async () => {
    const { live } = renderConsole(Part, { answers });
    const button = await screen.findByRole<HTMLButtonElement>('button', { name: 'Back up now' });
    live({ kind: 'operations', operations: [sampleProgress({ deploymentId: 'another' as never })] });
    expect(button.disabled).toBe(false);
  });

  it('hands the focus to the reason when it is switched off under the keyboard', async () => {
    const { live } = renderConsole(Part, { answers });
    const button = await screen.findByRole('button', { name: 'Back up now' });
    button.focus();
    live({ kind: 'operations', operations: [sampleProgress()] });
    expect(document.activeElement).toBe(screen.getByText(/^A backup runs/));
  });

  it('asks the server once per press', async () => {
    const { calls, live } = renderConsole(Part, { answers });
    live({ kind: 'snapshot', status: liveStatus, operations: [] });
    (await screen.findByRole('button', { name: 'Back up now' })).click();
    await vi.waitFor(() => expect(calls.filter(({ path }) => path === 'backups.request')).toHaveLength(1));
  });
});

describe('a button with a key of its own', () => {
  function ByKey(props: { onPress: () => void }) {
    const busy = useBusy(() => sampleDeployment());
    return (
      <GuardedButton busy={busy()} shortcut={{ letter: 'r', words: 'Key R' }} onPress={props.onPress}>
        Restore…
      </GuardedButton>
    );
  }

  it('is pressed by it, unless it is disabled', async () => {
    const pressed = vi.fn();
    const { live } = renderConsole(() => <ByKey onPress={pressed} />, { answers });
    const button = await screen.findByRole('button', { name: 'Restore…' });
    expect([button.getAttribute('aria-keyshortcuts'), button.title]).toStrictEqual(['r', 'Key R']);
    const press = () =>
      button.dispatchEvent(new KeyboardEvent('keydown', { key: 'r', bubbles: true, cancelable: true }));
    press();
    expect(pressed).toHaveBeenCalledTimes(1);
    live({ kind: 'operations', operations: [sampleProgress()] });
    press();
    expect(pressed).toHaveBeenCalledTimes(1);
  });
});
