// Ends restore tests that nobody runs any more: what they made on a deployment that is set aside goes first, then the ledger says
// that they were interrupted. What a mongod of their own left is removed by the server in whose data folder it lies.
import type { BackupId } from '@holdfast/shared/ids';
import { connectionStringOf } from '../../commands/connection-string-of.ts';
import { execute } from '../../commands/execute.ts';
import type { DeploymentState } from '../../domain/deployment.ts';
import { skipRestoreTest, supervisor } from '../../domain/restore-test.ts';
import { parseConnectionString } from '../../engine/connection-string.ts';
import { connectDeployment } from '../../engine/inspect-deployment.ts';
import type { StoredBackup } from '../../projections/backups.ts';
import type { Services } from '../../services.ts';
import { abandonedTests, type StoredRestoreTest } from './running-restore-tests.ts';
import { dropTestDatabases } from './test-place.ts';

/** One look. What cannot be ended now is logged, and looked at the next time. */
export async function endAbandonedTests(services: Services): Promise<void> {
  const { restoreTests, logger } = services;
  for (const test of await abandonedTests(restoreTests, services)) {
    try {
      await removeMade(services, test);
      await recordInterrupted(services, test._id);
      await restoreTests.deleteOne({ _id: test._id, worker: test.worker });
    } catch (err) {
      logger.warn({ backupId: test._id, err }, 'an abandoned restore test could not be ended yet');
    }
  }
  await endUnknown(services);
}

/** Of one whose document was lost nobody knows more than the ledger. */
async function endUnknown(services: Services): Promise<void> {
  const backups = await services.ledger.readModel<StoredBackup>('backups');
  const running = await backups
    .find({ 'restoreTest.state': 'running' })
    .project<{ _id: BackupId }>({ _id: 1 })
    .toArray();
  if (running.length === 0) return;
  const known = await services.restoreTests.find({}).toArray();
  for (const { _id } of running) if (!known.some((test) => test._id === _id)) await recordInterrupted(services, _id);
}

async function removeMade(services: Services, { _id, made }: StoredRestoreTest): Promise<void> {
  if (made === null) return;
  const state = (await services.ledger.state(`deployment:${made.deploymentId}`)) as DeploymentState | undefined;
  // Nobody can reach a deployment that was removed.
  if (state === undefined || state.removed) return;
  await using client = await connectDeployment(parseConnectionString(await connectionStringOf(services, state.facts)));
  await dropTestDatabases(client, _id, made.databases);
}

async function recordInterrupted(services: Services, backupId: BackupId): Promise<void> {
  const stream = `backup:${backupId}` as const;
  const message = 'The server that ran it stopped.';
  await execute(services.ledger, {
    actor: { kind: 'system', id: services.instanceId },
    correlationId: backupId,
    reads: [stream],
    decide: (read) => {
      const state = read(stream);
      if (state?.restoreTest?.status !== 'running') return [];
      const skipped = { backupId, by: supervisor, cause: state.restoreTest.cause, durationMs: 0 };
      return skipRestoreTest(state, { ...skipped, reason: 'interrupted', message });
    },
  });
}
