// Metrics in Prometheus' text format, read from the read models when they are asked for.
import { Gauge, Registry } from 'prom-client';
import { countTests } from '../commands/restore-tests.ts';
import { verificationState } from '../commands/verification.ts';
import type { StoredBackup } from '../projections/backups.ts';
import type { StoredDeployment } from '../projections/deployments.ts';
import type { StoredRestore } from '../projections/restores.ts';
import { countCopies } from '../runner/wanted-copies.ts';
import type { Services } from '../services.ts';

/**
 * `holdfast_*` gauges: ledger position, running operations, servers by state, destinations and the copies that are behind there,
 * backups by status, time and size of the newest good backup, what restores keep for their undo, and how far backups are verified
 * and restore-tested.
 */
export async function metricsText(services: Services): Promise<string> {
  const registry = new Registry();
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const head = await services.ledger.head();
  gauge('holdfast_ledger_position', 'Position of the newest event').set(head.position);
  gauge('holdfast_operations_running', 'Operations that run now').set((await services.running.list()).length);

  const servers = gauge('holdfast_servers', 'Servers over this ledger by role and state', ['role', 'state']);
  for (const { role, state } of await services.servers.list()) servers.inc({ role, state });

  const available = gauge('holdfast_destination_available', 'Whether this server can use it', ['destination']);
  const behind = gauge('holdfast_copies_behind', 'Backups without a copy where they should have one', ['destination']);
  const failing = gauge('holdfast_copies_failing', 'Of those, the ones that could not be copied', ['destination']);
  for (const { id, name: destination, storage } of services.destinations.known()) {
    const counts = await countCopies(services, id);
    available.set({ destination }, storage === null ? 0 : 1);
    behind.set({ destination }, counts.behind);
    failing.set({ destination }, counts.failing);
  }

  const backups = await services.ledger.readModel<StoredBackup>('backups');
  const byStatus = gauge('holdfast_backups', 'Backups by deployment and status', ['deployment', 'status']);
  const groups = backups.aggregate<{ _id: { deploymentName: string; status: string }; count: number }>([
    { $group: { _id: { deploymentName: '$deploymentName', status: '$status' }, count: { $sum: 1 } } },
  ]);
  for await (const { _id, count } of groups)
    byStatus.set({ deployment: _id.deploymentName, status: _id.status }, count);

  const newestAt = gauge('holdfast_last_backup_timestamp_seconds', 'When the newest good backup was completed', [
    'deployment',
  ]);
  const newestSize = gauge('holdfast_last_backup_size_bytes', 'Size of the newest good backup', ['deployment']);
  const deployments = await services.ledger.readModel<StoredDeployment>('deployments');
  for await (const { _id, name } of deployments.find({ removed: false })) {
    const [newest] = await backups
      .find({ deploymentId: _id as never, status: 'completed', trigger: { $ne: 'safety' } })
      .sort({ createdAt: -1 })
      .limit(1)
      .toArray();
    if (!newest?.completedAt) continue;
    newestAt.set({ deployment: name }, Date.parse(newest.completedAt) / 1_000);
    newestSize.set({ deployment: name }, newest.sizeBytes ?? 0);
  }
  await undoMetrics(services, gauge);
  await verificationMetrics(services, gauge);
  await restoreTestMetrics(services, gauge);
  return registry.metrics();
}

async function restoreTestMetrics(
  services: Services,
  gauge: (name: string, help: string, labelNames?: string[]) => Gauge,
): Promise<void> {
  const { tested, failedTotal, notMadeTotal } = await countTests(services);
  gauge('holdfast_backups_restore_tested', 'Completed backups that were restored and compared').set(tested);
  gauge(
    'holdfast_restore_tests_failed',
    'Completed backups that did not come back whole in their latest restore test',
  ).set(failedTotal);
  gauge('holdfast_restore_tests_not_made', 'Completed backups whose latest restore test could not be made').set(
    notMadeTotal,
  );
  const testedAt = gauge('holdfast_last_restore_test_timestamp_seconds', 'When a backup last passed its restore test', [
    'deployment',
  ]);
  const seconds = gauge('holdfast_expected_recovery_seconds', 'How long bringing a backup back took in that test', [
    'deployment',
  ]);
  const deployments = await services.ledger.readModel<StoredDeployment>('deployments');
  for await (const { name, restoreTest } of deployments.find({ removed: false })) {
    if (!restoreTest) continue;
    testedAt.set({ deployment: name }, Date.parse(restoreTest.at) / 1_000);
    seconds.set({ deployment: name }, restoreTest.restoreMs / 1_000);
  }
}

/** On the deployments, beside their own data. */
async function undoMetrics(
  services: Services,
  gauge: (name: string, help: string, labelNames?: string[]) => Gauge,
): Promise<void> {
  const count = gauge('holdfast_undos_kept', 'Restores that keep what they replaced', ['deployment']);
  const bytes = gauge('holdfast_undo_kept_bytes', 'What they keep, as of their swaps', ['deployment']);
  const restores = await services.ledger.readModel<StoredRestore>('restores');
  for await (const { deploymentName: deployment, undo } of restores.find({
    'undo.state': { $in: ['kept', 'expired'] },
  })) {
    count.inc({ deployment });
    bytes.inc({ deployment }, undo?.bytes ?? 0);
  }
}

async function verificationMetrics(services: Services, gauge: (name: string, help: string) => Gauge): Promise<void> {
  const state = await verificationState(services);
  gauge('holdfast_backups_verified', 'Completed backups that were read again and found whole').set(state.verified);
  gauge('holdfast_backups_damaged', 'Completed backups that did not pass their latest verification').set(
    state.failedTotal,
  );
  gauge('holdfast_backups_never_verified', 'Completed backups that were never read again').set(state.neverChecked);
  gauge('holdfast_scrub_backlog', 'Archives that wait for the scrub').set(state.due);
  gauge('holdfast_scrub_backlog_bytes', 'Their stored bytes').set(state.dueBytes);
  const times = [
    [
      'holdfast_oldest_verification_timestamp_seconds',
      'When the archive was read that was not read for longest',
      state.oldestCheckAt,
    ],
    ['holdfast_last_scrub_timestamp_seconds', 'When the scrub last read an archive to its end', state.lastScrubAt],
  ] as const;
  for (const [name, help, at] of times) if (at !== null) gauge(name, help).set(Date.parse(at) / 1_000);
}
