import type { Destination, UnknownArchive } from '@holdfast/shared/destination';
import { fireEvent, screen, within } from '@solidjs/testing-library';
import { describe, expect, it } from 'vitest';
import { type Answers, renderConsole } from '../testing/render-console.tsx';
import { sampleBackup, sampleDeployment } from '../testing/samples.ts';
import { DestinationSection } from './destination-section.tsx';

const { id: backupId, deploymentId } = sampleBackup();
const another = '0190f5a0-0000-7000-8000-000000000099';

const unknown: UnknownArchive = {
  key: 'shop-prod/2026/03/20260320T020000Z-x.zip',
  sizeBytes: 3_420_000_000,
  manifest: {
    backupId,
    deploymentId: another as never,
    deploymentName: 'shop-prod',
    hosts: ['10.20.4.11:27017'],
    database: 'shop',
    startedAt: '2026-03-20T02:00:00.000Z',
    finishedAt: '2026-03-20T02:01:00.000Z',
    documents: 18_402_391,
    collections: 11,
    rawBytes: 9_810_000_000,
    serverVersion: '6.0.5',
  },
  problem: null,
  status: null,
  adoptable: true,
};

function sampleDestination(change: Partial<NonNullable<Destination['lastReconciliation']>> = {}): Destination {
  return {
    id: another as never,
    ...{ name: 'main', isMain: true, hasCredentials: false, problem: null, usedBy: [] },
    ...{ backups: 12, behind: 0, failing: 0 },
    url: 'file:/srv/backups',
    freeBytes: 1_000,
    totalBytes: 4_000,
    missing: [],
    lastReconciliation: {
      destinationId: another as never,
      at: '2026-03-26T10:45:00.000Z',
      durationMs: 12,
      worker: 'instance/boot',
      problem: null,
      archives: 12,
      removedPartials: [],
      removedArchives: [],
      missing: [],
      elsewhere: 0,
      unknown: [unknown],
      unknownTotal: 1,
      ...change,
    },
  };
}

const open = (answers: Answers, locale: 'en' | 'fr' = 'en') =>
  renderConsole(() => <DestinationSection />, {
    locale,
    answers: { 'deployments.list': () => [sampleDeployment({ id: deploymentId })], ...answers },
  });

describe('the destination in the settings', () => {
  it('says why nothing was looked at, in the language of the reader', async () => {
    const problem = { reason: 'storage-missing', message: 'Its marker is gone.', hint: 'See.' } as const;
    open({ 'destinations.list': () => [sampleDestination({ problem, unknown: [], unknownTotal: 0 })] }, 'fr');
    expect(await screen.findByText('Its marker is gone.')).toBeTruthy();
    expect(screen.getByText('La destination n’a pas pu être comparée avec le registre.')).toBeTruthy();
    expect(screen.queryByText('12 archives')).toBeNull();
  });

  it('says whose only copy shares a disk, and of whose that is not known', async () => {
    const disks = {
      shared: [{ deploymentName: 'shop', urls: ['file:/srv/backups'], with: ['database', 'ledger'] }],
      unknown: [{ deploymentName: 'crm', reason: 'not-permitted' }],
    } as const;
    open({ 'destinations.list': () => [sampleDestination()], 'destinations.disks': () => disks });
    const shared = 'The only copy of the backups of shop lies on the same disk as the database and the ledger.';
    expect(await screen.findByText(shared)).toBeTruthy();
    expect(screen.getByText(/backups of crm .* not known: .*clusterMonitor/)).toBeTruthy();
  });

  it('marks a missing backup and leads to it', async () => {
    const createdAt = '2026-03-20T02:00:00.000Z';
    const missing = [{ backupId, deploymentId, deploymentName: 'shop-prod', key: 'shop-prod/gone.zip', createdAt }];
    open({ 'destinations.list': () => [{ ...sampleDestination(), missing }] });
    const row = await screen.findByRole('row', { name: /shop-prod\/gone\.zip/ });
    expect(within(row).getByText('Missing')).toBeTruthy();
    expect(within(row).getByRole('link').getAttribute('href')).toBe(`/backups/${backupId}`);
  });

  it('adopts an archive of a lost ledger for the deployment of the same name, and asks for the list again', async () => {
    let isAdopted = false;
    const { calls } = open({
      'destinations.list': () => [sampleDestination(isAdopted ? { unknown: [], unknownTotal: 0 } : {})],
      'destinations.adopt': () => {
        isAdopted = true;
        return sampleBackup();
      },
    });
    fireEvent.click(await screen.findByRole('button', { name: /^Adopt the archive of/ }));
    const dialog = await screen.findByRole('dialog');
    const choice = within(dialog).getByRole<HTMLSelectElement>('combobox', { name: 'Deployment' });
    await expect.poll(() => choice.value).toBe(deploymentId);
    fireEvent.click(within(dialog).getByRole('button', { name: 'Adopt the archive' }));
    await expect
      .poll(() => calls.find(({ path }) => path === 'destinations.adopt')?.input)
      .toEqual({
        key: unknown.key,
        deploymentId,
        destinationId: another,
      });
    expect(await screen.findByText('The backup of shop-prod is adopted')).toBeTruthy();
    await expect.poll(() => screen.queryByText(unknown.key)).toBeNull();
  });

  it('adds a bucket with its key, and asks for no key of a folder', async () => {
    const { calls } = open({ 'destinations.list': () => [sampleDestination()], 'destinations.add': sampleDestination });
    fireEvent.click(await screen.findByRole('button', { name: 'Add a destination…' }));
    const dialog = await screen.findByRole('dialog');
    const type = (label: string, value: string) =>
      fireEvent.input(within(dialog).getByLabelText(label), { target: { value } });
    const save = () => fireEvent.click(within(dialog).getByRole('button', { name: 'Add the destination' }));
    type('Name', 'cloud');
    type('Place', 'file:/mnt/backups');
    expect(within(dialog).queryByLabelText('Access key id')).toBeNull();
    type('Place', 's3://my-backups/holdfast');
    type('Access key id', 'id');
    save();
    expect(await within(dialog).findByText('Enter both parts of the key, or neither.')).toBeTruthy();
    type('Secret access key', 'hidden');
    save();
    const credentials = { accessKeyId: 'id', secretAccessKey: 'hidden' };
    await expect
      .poll(() => calls.find(({ path }) => path === 'destinations.add')?.input)
      .toEqual({ name: 'cloud', url: 's3://my-backups/holdfast', credentials });
  });

  it('says why a further destination is away and how many copies are behind, and removes it when asked', async () => {
    const problem = { reason: 'storage-missing', message: 'Its marker is gone.', hint: 'See.' } as const;
    const away = { ...sampleDestination(), id: backupId as never, name: 'offsite', isMain: false, problem };
    const { calls } = open({
      'destinations.list': () => [sampleDestination(), { ...away, behind: 3, failing: 2 }],
      'destinations.remove': () => ({}),
    });
    const offsite = await screen.findByRole('article', { name: 'offsite' });
    expect(within(offsite).getByText('Its marker is gone.')).toBeTruthy();
    expect(within(offsite).getByText('3 more are to be copied, 2 could not be so far')).toBeTruthy();
    const main = screen.getByRole('article', { name: 'main' });
    expect(within(main).queryByRole('button', { name: /^Remove/ })).toBeNull();
    fireEvent.click(within(offsite).getByRole('button', { name: 'Remove the destination offsite' }));
    fireEvent.click(await screen.findByRole('button', { name: 'Let go of the destination' }));
    await expect.poll(() => calls.find(({ path }) => path === 'destinations.remove')?.input).toEqual({ id: backupId });
  });

  it('offers no adoption of an archive that cannot be read', async () => {
    const broken = { ...unknown, manifest: null, problem: 'The archive is damaged.', adoptable: false };
    open({ 'destinations.list': () => [sampleDestination({ unknown: [broken] })] });
    expect(await screen.findByText('The archive is damaged.')).toBeTruthy();
    expect(screen.queryByRole('button', { name: /^Adopt/ })).toBeNull();
  });
});
