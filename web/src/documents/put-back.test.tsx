import type { PutBackChange, PutBackOutcome } from '@holdfast/shared/put-back';
import { fireEvent, screen } from '@solidjs/testing-library';
import { For } from 'solid-js';
import { describe, expect, it, vi } from 'vitest';
import { renderConsole } from '../testing/render-console.tsx';
import { sampleBackup, sampleDeployment, sampleProgress } from '../testing/samples.ts';
import { PutBack } from './put-back.tsx';

const orders = {
  database: 'shop',
  collection: 'orders',
  type: 'collection',
  documents: 9,
  bytes: 9,
  indexes: 1,
} as const;
const replace: PutBackChange = {
  position: 4,
  id: '{"$numberInt":"4"}',
  action: 'replace',
  inBackup: '{"_id":{"$numberInt":"4"},"status":"paid","total":{"$numberInt":"7"}}',
  live: '{"_id":{"$numberInt":"4"},"status":"open","total":{"$numberInt":"7"}}',
  liveDigest: 'd1',
};
const insert: PutBackChange = { ...replace, action: 'insert', live: null, liveDigest: null };

function open(change: PutBackChange, outcome: PutBackOutcome['outcome'], ...collections: object[]) {
  const answers = {
    'backups.byId': () => sampleBackup(),
    'deployments.list': () => [sampleDeployment()],
    'restores.planPutBack': () => ({
      deploymentName: 'shop-prod',
      hosts: ['10.20.4.11:27017'],
      namespace: 'shop.orders',
      backupCreatedAt: '2026-03-26T02:00:00.000Z',
      changes: [change],
    }),
    'restores.putBack': () => ({
      outcomes: [
        {
          position: 4,
          outcome,
          replaced: outcome === 'replaced' || outcome === 'failed' ? change.live : null,
          problem: outcome === 'failed' ? 'The connection to the server was lost.' : null,
        },
      ],
      recordProblem: outcome === 'failed' ? 'The ledger does not answer.' : null,
    }),
  };
  const part = () => (
    <For each={collections.length === 0 ? [orders] : collections}>
      {(collection) => <PutBack backupId={sampleBackup().id} collection={collection as typeof orders} position={4} />}
    </For>
  );
  return renderConsole(part, { answers });
}
const press = async (name: string) => fireEvent.click(await screen.findByRole('button', { name }));

describe('putting a document back', () => {
  it('shows what differs, and writes only over what was shown', async () => {
    const { calls } = open(replace, 'replaced');
    await press('Put back…');
    expect(await screen.findByText('The live document differs: it is replaced.')).toBeTruthy();
    const differences = screen.getByRole('region', { name: 'What differs' });
    expect(differences.textContent).toBe('statusLive now: "open"In the backup: "paid"');
    await press('Replace the live document');
    await vi.waitFor(() =>
      expect(calls.find(({ path }) => path === 'restores.putBack')?.input).toEqual({
        backupId: sampleBackup().id,
        namespace: 'shop.orders',
        documents: [{ position: 4, liveDigest: 'd1' }],
      }),
    );
    expect(await screen.findByText('The live document is replaced.')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Save it as JSON' })).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Replace the live document' })).toBeNull();
  });

  it('inserts what is missing', async () => {
    open(insert, 'inserted');
    await press('Put back…');
    await press('Insert the document');
    expect(await screen.findByText('The document is inserted.')).toBeTruthy();
  });

  it('says so when the live one was changed meanwhile', async () => {
    open(replace, 'changed');
    await press('Put back…');
    await press('Replace the live document');
    expect(await screen.findByText(/was changed meanwhile\. Nothing was written/)).toBeTruthy();
  });

  it('says so when it broke off, keeps what may be replaced, and says when it is not recorded', async () => {
    open(replace, 'failed');
    await press('Put back…');
    await press('Replace the live document');
    expect(await screen.findByText(/may be written or not.*First save the live document/)).toBeTruthy();
    expect(screen.getByText('The connection to the server was lost.')).toBeTruthy();
    expect(screen.getByText('The ledger does not answer.')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Save it as JSON' })).toBeTruthy();
  });

  it('offers nothing to write where both are the same', async () => {
    open({ ...replace, action: 'same' }, 'same');
    await press('Put back…');
    expect(await screen.findByText(/There is nothing to write/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: /^(?:Replace|Insert)/ })).toBeNull();
  });

  it('waits while another operation runs on the deployment', async () => {
    const { live } = open(replace, 'replaced');
    await screen.findByRole('button', { name: 'Put back…' });
    live({ kind: 'operations', operations: [sampleProgress()] });
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Put back…' }).disabled).toBe(true);
  });

  it('is not offered for a time-series', async () => {
    open(replace, 'replaced', { ...orders, type: 'timeseries' }, orders);
    expect(await screen.findAllByRole('button')).toHaveLength(1);
  });
});
