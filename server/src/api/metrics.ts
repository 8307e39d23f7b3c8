// Metrics in Prometheus' text format, read from the read models when they are asked for.
import { Gauge, Registry } from 'prom-client';
import type { StoredBackup } from '../projections/backups.ts';
import type { StoredDeployment } from '../projections/deployments.ts';
import type { Services } from '../services.ts';

/** `holdfast_*` gauges: ledger position, running operations, servers by state, backups by status, time and size of the newest good backup. */
export async function metricsText(services: Services): Promise<string> {
  const registry = new Registry();
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const head = await services.ledger.head();
  gauge('holdfast_ledger_position', 'Position of the newest event').set(head.position);
  gauge('holdfast_operations_running', 'Operations that run now').set((await services.running.list()).length);

  const servers = gauge('holdfast_servers', 'Servers over this ledger by role and state', ['role', 'state']);
  for (const { role, state } of await services.servers.list()) servers.inc({ role, state });

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
      .find({ deploymentId: _id as never, status: 'completed' })
      .sort({ createdAt: -1 })
      .limit(1)
      .toArray();
    if (!newest?.completedAt) continue;
    newestAt.set({ deployment: name }, Date.parse(newest.completedAt) / 1_000);
    newestSize.set({ deployment: name }, newest.sizeBytes ?? 0);
  }
  return registry.metrics();
}
