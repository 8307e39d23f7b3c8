// The clock: asks for the backup of every policy that is due, lets the supervisor look after what runs, has what restores keep
// removed in time, and the destination compared with the ledger. A due time is answered once, whatever restarts: the decider compares it with the policy's
// `lastDueAt`. One missed while the service was down is caught up once, at the start.

import type { DeploymentId, PolicyId } from '@holdfast/shared/ids';
import { AsyncTask, SimpleIntervalJob, ToadScheduler } from 'toad-scheduler';
import { request } from '../commands/backups.ts';
import type { StoredPolicy } from '../projections/policies.ts';
import { reconcileEveryMs, reconcileOnSchedule } from '../runner/reconcile.ts';
import { endUndosOnce } from '../runner/restore/drop-undo.ts';
import { type Overdue, superviseOnce } from '../runner/supervisor.ts';
import type { Services } from '../services.ts';
import { latestDueAt } from './due.ts';

export interface Scheduler {
  close(): Promise<void>;
}

const everySeconds = 5;
const undoEverySeconds = 30;

/** Starts the clock. */
export function startScheduler(services: Services): Scheduler {
  const scheduler = new ToadScheduler();
  const underWay = new Set<Promise<void>>();
  const closing = new AbortController();
  const job = (id: string, run: (services: Services) => Promise<void>, seconds = everySeconds) => {
    const task = new AsyncTask(
      id,
      () => {
        const running = run(services);
        underWay.add(running);
        return running.finally(() => underWay.delete(running));
      },
      (error) => services.logger.error({ err: error }, `${id} failed; it is tried again`),
    );
    scheduler.addSimpleIntervalJob(
      new SimpleIntervalJob({ seconds, runImmediately: true }, task, { id, preventOverrun: true }),
    );
  };
  if (services.role !== 'api') job('due policies', requestDueBackups);
  const overdue: Overdue = new Map();
  job('supervisor', () => superviseOnce(services, overdue));
  job('ends of undos', endUndosOnce, undoEverySeconds);
  job('reconciliation', (all) => reconcileOnSchedule(all, closing.signal), reconcileEveryMs / 1_000);
  return {
    async close() {
      scheduler.stop();
      closing.abort();
      await Promise.allSettled(underWay);
    },
  };
}

/** Asks for a backup of every enabled policy whose newest due time has not been answered. */
export async function requestDueBackups(services: Services): Promise<void> {
  const policies = await services.ledger.readModel<StoredPolicy>('policies');
  const now = new Date(services.now()).toISOString();
  for await (const policy of policies.find({ enabled: true, removed: false })) {
    const dueAt = latestDueAt(policy, now);
    if (dueAt <= policy.changedAt || (policy.lastDueAt !== null && dueAt <= policy.lastDueAt)) continue;
    await request(services, {
      deploymentId: policy.deploymentId as DeploymentId,
      policyId: policy._id as PolicyId,
      trigger: 'schedule',
      dueAt,
      actor: { kind: 'schedule', id: policy._id },
    });
  }
}
