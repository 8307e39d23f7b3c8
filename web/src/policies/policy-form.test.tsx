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
  'destinations.list': () => [
    { id: 'm', name: 'main', isMain: true },
    { id: 'o', name: 'offsite', isMain: false },
  ],
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
    ['Time limit (minutes)', '0', 'The time limit is a whole number of minutes from 1 to 10,080 (7 days).'],
    ['Time limit (minutes)', '10081', 'The time limit is a whole number of minutes from 1 to 10,080 (7 days).'],
    ['Stall limit (minutes)', '1441', 'The stall limit is a whole number of minutes from 1 to 1,440 (1 day).'],
    ['Collections at once', '17', 'Collections at once is a whole number from 1 to 16.'],
    ['Bandwidth limit (MB/s)', '0.5', 'The bandwidth limit is from 1 to 100,000 megabytes a second, or empty.'],
  ])('refuses %s %s and names the range', async (label, value, message) => {
    open();
    await type(label, value);
    expect(await screen.findByText(message)).toBeTruthy();
    expect(screen.getByRole('textbox', { name: label }).getAttribute('aria-invalid')).toBe('true');
    expect(save().disabled).toBe(true);
  });

  it('shows the next runs whatever the limits are', async () => {
    open();
    await type('Stall limit (minutes)', '0');
    expect(await screen.findByText('Fri 27 Mar 2026')).toBeTruthy();
    await type('Hour', '24');
    expect(screen.queryByText('Fri 27 Mar 2026')).toBeNull();
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
    await type('Time limit (minutes)', '90');
    expect(screen.getByText('was 2')).toBeTruthy();
    expect(screen.getByText('was 1440')).toBeTruthy();
    fireEvent.change(screen.getByLabelText('Read from'), { target: { value: 'secondary' } });
    await type('Bandwidth limit (MB/s)', '2.5');
    expect(screen.getByText('was As the connection string says')).toBeTruthy();
    fireEvent.change(screen.getByLabelText('For whom'), { target: { value: 'off' } });
    expect(screen.getByText('was As the server does: not encrypted')).toBeTruthy();
    fireEvent.click(screen.getByRole('checkbox', { name: 'Back them up too' }));
    expect(screen.getByText('6 changes are not saved')).toBeTruthy();
    fireEvent.click(save());
    await vi.waitFor(() =>
      expect(calls.find(({ path }) => path === 'policies.set')?.input).toEqual({
        id: samplePolicy().id,
        enabled: true,
        scheduledHour: 5,
        retentionCount: 7,
        timezone: 'UTC',
        timeLimitMinutes: 90,
        stallLimitMinutes: 10,
        verifyAfterBackup: true,
        usersAndRoles: true,
        restoreTestEvery: null,
        readPreference: 'secondary',
        parallelCollections: 4,
        bandwidthLimitBytesPerSecond: 2_500_000,
        destinationIds: [],
        encryption: 'off',
      }),
    );
  });

  it('names a destination to write to first and others to copy to; the main one alone is none of its own', async () => {
    const { calls } = open();
    const first = await screen.findByRole<HTMLSelectElement>('combobox', { name: 'Written first to' });
    await vi.waitFor(() => expect(first.value).toBe('m'));
    const choose = (id: string) => fireEvent.change(first, { target: { value: id } });
    const follow = async (name: string) => fireEvent.click(await screen.findByRole('checkbox', { name }));
    choose('o');
    await follow('main');
    choose('m');
    expect(screen.queryAllByText('was main')).toHaveLength(1);
    await follow('offsite');
    expect(screen.queryAllByText('was main')).toHaveLength(0);
    choose('o');
    await follow('main');
    fireEvent.click(save());
    await vi.waitFor(() =>
      expect(calls.find(({ path }) => path === 'policies.set')?.input).toMatchObject({ destinationIds: ['o', 'm'] }),
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
