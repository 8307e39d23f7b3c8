// Ends restore tests that nobody runs any more: what they made on a deployment that is set aside goes, the ledger says that they were
// interrupted, and only what left nothing is forgotten. What a mongod of their own left is removed by the server in whose data folder
// it lies.
import type { BackupId } from '@holdfast/shared/ids';
import { connectionStringOf } from '../../commands/connection-string-of.ts';
import { execute } from '../../commands/execute.ts';
import type { DeploymentState } from '../../domain/deployment.ts';
import { skipRestoreTest, supervisor } from '../../domain/restore-test.ts';
import { parseConnectionString } from '../../engine/connection-string.ts';
import { connectDeployment } from '../../engine/inspect-deployment.ts';
import type { StoredBackup } from '../../projections/backups.ts';
import type { Services } from '../../services.ts';
import { takeTurn } from '../archive-leases.ts';
import { abandonedTests, endShown, type MadeElsewhere, ranMs } from './running-restore-tests.ts';
import { dropTestDatabases } from './test-place.ts';

/** One look. What cannot be ended now is logged, and looked at the next time. */
export async function endAbandonedTests(services: Services): Promise<void> {
  const { restoreTests, logger } = services;
  for (const { _id } of await abandonedTests(restoreTests, services)) {
    try {
      await endAbandoned(services, _id);
    } catch (err) {
      logger.warn({ backupId: _id, err }, 'an abandoned restore test could not be ended yet');
    }
  }
  await endUnknown(services);
}

/** In the backup's turn: nobody begins another test of it meanwhile, whose databases would have the same names. */
async function endAbandoned(services: Services, _id: BackupId): Promise<void> {
  const { restoreTests } = services;
  await using turn = await takeTurn(services, `restore-test/${_id}`);
  if (turn === null) return;
  const test = (await abandonedTests(restoreTests, services)).find((one) => one._id === _id);
  if (test === undefined) return;
  const { worker, made, hasEnded } = test;
  for (const one of made) {
    try {
      await removeMade(services, _id, one);
      await restoreTests.updateOne({ _id, worker }, { $pull: { made: { deploymentId: one.deploymentId } } });
    } catch (err) {
      services.logger.warn({ backupId: _id, ...one, err }, 'what a restore test left is removed later');
    }
  }
  if (!hasEnded) await recordInterrupted(services, _id, ranMs(test));
  await endShown(restoreTests, { _id, worker });
}

/** Of one whose document was lost nobody knows more than the ledger. */
async function endUnknown(services: Services): Promise<void> {
  const backups = await services.ledger.readModel<StoredBackup>('backups');
  const running = await backups
    .find({ 'restoreTest.state': 'running' })
    .project<{ _id: BackupId }>({ _id: 1 })
    .toArray();
  if (running.length === 0) return;
  const known = await services.restoreTests.find({ hasEnded: false }).toArray();
  for (const { _id } of running) if (!known.some((test) => test._id === _id)) await recordInterrupted(services, _id, 0);
}

async function removeMade(
  services: Services,
  backupId: BackupId,
  { deploymentId, databases }: MadeElsewhere,
): Promise<void> {
  const state = (await services.ledger.state(`deployment:${deploymentId}`)) as DeploymentState | undefined;
  // Nobody can reach a deployment that was removed.
  if (state === undefined || state.removed) return;
  await using client = await connectDeployment(parseConnectionString(await connectionStringOf(services, state.facts)));
  await dropTestDatabases(client, backupId, databases);
}

async function recordInterrupted(services: Services, backupId: BackupId, durationMs: number): Promise<void> {
  const stream = `backup:${backupId}` as const;
  const message = 'The server that ran it stopped.';
  await execute(services.ledger, {
    actor: { kind: 'system', id: services.instanceId },
    correlationId: backupId,
    reads: [stream],
    decide: (read) => {
      const state = read(stream);
      if (state?.restoreTest?.status !== 'running') return [];
      const skipped = { backupId, by: supervisor, cause: state.restoreTest.cause, durationMs };
      return skipRestoreTest(state, { ...skipped, reason: 'interrupted', message });
    },
  });
}
