import type { EncryptionKey, EncryptionStatus } from '@holdfast/shared/encryption';
import { fireEvent, screen, within } from '@solidjs/testing-library';
import { describe, expect, it, vi } from 'vitest';
import { type Answers, renderConsole } from '../testing/render-console.tsx';
import { EncryptionSection } from './encryption-section.tsx';

const kitId = '01970000-0000-7000-8000-000000000031' as never;

function sampleKey(change: Partial<EncryptionKey> = {}): EncryptionKey {
  return {
    id: '01970000-0000-7000-8000-000000000021' as EncryptionKey['id'],
    name: 'main',
    recipient: `age1${'q'.repeat(58)}`,
    createdAt: '2026-03-20T08:00:00.000Z',
    status: 'kept',
    inKit: false,
    backups: 0,
    policies: 0,
    ...change,
  };
}

function sampleStatus(keys: EncryptionKey[], change: Partial<EncryptionStatus> = {}): EncryptionStatus {
  const active = keys.find(({ status }) => status === 'active');
  return { defaultKeyId: active?.id ?? null, keys, recipients: [], kit: null, kitIsCurrent: false, ...change };
}

const open = (answers: Answers, locale: 'en' | 'fr' = 'en') =>
  renderConsole(() => <EncryptionSection />, { locale, answers });

describe('encryption in the settings', () => {
  it('says that no kit holds a key, and does not offer to use it', async () => {
    open({ 'encryption.status': () => sampleStatus([sampleKey()]) });
    expect(await screen.findByText('No confirmed recovery kit holds main.')).toBeTruthy();
    expect(screen.getByText('needs a kit')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Use for new backups: main' })).toBeNull();
  });

  it('uses a key that a kit holds, and says so', async () => {
    const key = sampleKey({ inKit: true });
    const { calls } = open({
      'encryption.status': () => sampleStatus([key], { kitIsCurrent: true }),
      'encryption.setDefault': () => sampleStatus([{ ...key, status: 'active' }], { kitIsCurrent: true }),
    });
    expect(await screen.findByText('New backups are not encrypted, unless their policy says so.')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Use for new backups: main' }));
    expect(await screen.findByText('New backups are encrypted for main.')).toBeTruthy();
    expect(calls.find(({ path }) => path === 'encryption.setDefault')?.input).toEqual({ key: key.id });
  });

  it('does not retire the active key', async () => {
    open({ 'encryption.status': () => sampleStatus([sampleKey({ status: 'active', inKit: true })]) }, 'fr');
    expect(await screen.findByText('Les nouvelles sauvegardes sont chiffrées pour main.')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Retirer… main' })).toBeNull();
  });
});

describe('the recovery kit', () => {
  it('is downloaded under a passphrase that is long enough, then confirmed by the code in it', async () => {
    URL.createObjectURL = vi.fn(() => 'blob:kit');
    URL.revokeObjectURL = vi.fn();
    const saved = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => {});
    let inKit = false;
    const status = () => sampleStatus([sampleKey({ inKit })], { kitIsCurrent: inKit });
    const { calls } = open({
      'encryption.status': status,
      'encryption.issueKit': () => ({ kitId, fileName: 'kit.age', content: '-----BEGIN', keyIds: [sampleKey().id] }),
      'encryption.confirmKit': () => {
        inKit = true;
        return status();
      },
    });
    await screen.findByText('No confirmed recovery kit holds main.');
    fireEvent.click(screen.getAllByRole('button', { name: 'Recovery kit…' })[0] as HTMLElement);
    const dialog = within(await screen.findByRole('dialog'));
    fireEvent.input(dialog.getByLabelText('Passphrase'), { target: { value: 'too short' } });
    fireEvent.click(dialog.getByRole('button', { name: 'Download the kit' }));
    expect(await dialog.findByText('The passphrase needs 12 characters at least.')).toBeTruthy();
    fireEvent.click(dialog.getByRole('button', { name: 'Make one up' }));
    fireEvent.click(dialog.getByRole('button', { name: 'Download the kit' }));
    expect(await dialog.findByText('kit.age is downloaded.')).toBeTruthy();
    expect(saved).toHaveBeenCalledOnce();
    fireEvent.input(dialog.getByLabelText('Code in the kit'), { target: { value: '8F2K-1M9Q' } });
    fireEvent.click(dialog.getByRole('button', { name: 'Confirm the kit' }));
    await vi.waitFor(() => expect(screen.queryByText('No confirmed recovery kit holds main.')).toBeNull());
    const inputOf = (path: string) => calls.find((call) => call.path === path)?.input;
    expect(inputOf('encryption.issueKit')).toEqual({ passphrase: expect.stringMatching(/^[0-9a-z-]{30}$/) });
    expect(inputOf('encryption.confirmKit')).toEqual({ code: '8F2K-1M9Q' });
  });
});
