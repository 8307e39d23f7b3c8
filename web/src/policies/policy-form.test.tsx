import { fireEvent, screen } from '@solidjs/testing-library';
import { describe, expect, it, vi } from 'vitest';
import { renderConsole } from '../testing/render-console.tsx';
import { sampleBackup, samplePolicy } from '../testing/samples.ts';
import { PolicyForm } from './policy-form.tsx';

const answers = {
  'policies.preview': () => ({ runs: ['2026-03-27T02:00:00.000Z'] }),
  'policies.set': (input: object) => ({ ...samplePolicy(), ...input }),
  'policies.byId': () => samplePolicy(),
  'deployments.list': () => [],
  'backups.list': () => ({
    items: ['a', 'b', 'c'].map((id) => sampleBackup({ id: id as never })),
    nextCursor: null,
  }),
};

const open = (locale: 'en' | 'fr' = 'en') =>
  renderConsole(() => <PolicyForm policy={samplePolicy()} />, { answers, locale });
const type = async (label: string, value: string) =>
  fireEvent.input(await screen.findByRole('textbox', { name: label }), { target: { value } });
const save = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Save policy' });

describe('the policy form', () => {
  it.each([
    ['Hour', '24', 'The hour is a whole number from 0 to 23.'],
    ['Hour', '-1', 'The hour is a whole number from 0 to 23.'],
    ['Backups to keep', '0', 'Backups to keep is a whole number from 1 to 30.'],
    ['Backups to keep', '31', 'Backups to keep is a whole number from 1 to 30.'],
  ])('refuses %s %s and names the range', async (label, value, message) => {
    open();
    await type(label, value);
    expect(await screen.findByText(message)).toBeTruthy();
    expect(screen.getByRole('textbox', { name: label }).getAttribute('aria-invalid')).toBe('true');
    expect(save().disabled).toBe(true);
  });

  it('names the range in French', async () => {
    open('fr');
    await type('Heure', '24');
    expect(await screen.findByText('L’heure est un nombre entier de 0 à 23.')).toBeTruthy();
  });

  it.each(['0', '23'])('takes the hour %s', async (hour) => {
    open();
    await type('Hour', hour);
    expect(save().disabled).toBe(false);
  });

  it('marks what differs from what is saved and sends all of it', async () => {
    const { calls } = open();
    expect(save().disabled).toBe(true);
    await type('Hour', '5');
    expect(screen.getByText('was 2')).toBeTruthy();
    expect(screen.getByText('1 change is not saved')).toBeTruthy();
    fireEvent.click(save());
    await vi.waitFor(() =>
      expect(calls.find(({ path }) => path === 'policies.set')?.input).toEqual({
        id: samplePolicy().id,
        enabled: true,
        scheduledHour: 5,
        retentionCount: 7,
        timezone: 'UTC',
      }),
    );
  });

  it('says beforehand how many backups a lower retention removes', async () => {
    open();
    await type('Backups to keep', '1');
    expect(await screen.findByText('2 backups will go')).toBeTruthy();
  });

  it('gives the saved values back on request', async () => {
    open();
    await type('Hour', '24');
    fireEvent.click(screen.getByRole('button', { name: 'Discard changes' }));
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Hour' }).value).toBe('2');
  });
});
