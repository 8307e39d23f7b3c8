// Commands of a randomised run, given to a server that may be down, stand still or refuse. What was accepted is remembered: it
// must be in the ledger.
import type { BackupId } from '@holdfast/shared/ids';
import type { StoredOperation } from '../../projections/operations.ts';
import { openStatuses } from '../../projections/operations.ts';
import type { FaultServer } from '../faults/fault-server.ts';
import type { Scene } from '../faults/fault-stage.ts';
import type { Step } from './chaos-steps.ts';

type CommandStep = Extract<Step, { kind: 'backup' | 'restore' | 'policy' | 'cancel' }>;

export interface ChaosCommands {
  /** Gives a command and waits for nothing. */
  give(step: CommandStep): void;
  /** Resolves once every command given so far is answered, refused or unheard. */
  settled(): Promise<void>;
  /** Ids of operations that a server said it accepted. */
  readonly accepted: ReadonlySet<string>;
  /** Given and answered, whichever way. */
  readonly counts: { given: number; answered: number };
}

/** Deployments by name; restores go into copies that have never been there. */
export function chaosCommands(scene: Scene, deployments: readonly string[]): ChaosCommands {
  const accepted = new Set<string>();
  const counts = { given: 0, answered: 0 };
  const underWay = new Set<Promise<void>>();

  async function run(step: CommandStep, { api }: FaultServer): Promise<void> {
    if (step.kind === 'cancel') {
      const open = await openOperation(scene, step.n);
      if (open !== undefined) await api.operations.cancel.mutate({ id: open as never });
      return;
    }
    const deploymentId = deployments[step.deployment % deployments.length] ?? '';
    if (step.kind === 'policy') await changePolicy(api, deploymentId, step.n);
    else if (step.kind === 'backup') accepted.add((await api.backups.request.mutate({ deploymentId })).id);
    else {
      const backupId = await newestBackup(api, deploymentId);
      if (backupId === undefined) return;
      const target = { kind: 'copy', suffix: `_copy_${counts.given}` } as const;
      const plan = await api.restores.plan.mutate({ backupId, target });
      accepted.add((await api.restores.confirm.mutate({ planId: plan.id })).id);
    }
  }

  return {
    accepted,
    counts,
    give(step) {
      const server = scene.servers[step.server % scene.servers.length];
      if (server === undefined) return;
      counts.given += 1;
      // Refused (busy, no such backup) or unheard (down): both are fine, and the ledger knows.
      const one = run(step, server)
        .then(
          () => {
            counts.answered += 1;
          },
          () => undefined,
        )
        .finally(() => underWay.delete(one));
      underWay.add(one);
    },
    async settled() {
      await Promise.all(underWay);
    },
  };
}

async function openOperation({ ledger }: Scene, n: number): Promise<string | undefined> {
  const operations = await ledger.readModel<StoredOperation>('operations');
  const open = await operations.find({ status: { $in: [...openStatuses] } }).toArray();
  return open[n % Math.max(1, open.length)]?._id;
}

async function newestBackup(api: FaultServer['api'], deploymentId: string): Promise<BackupId | undefined> {
  const { items } = await api.backups.list.query({ deploymentId, status: 'completed', limit: 1 });
  return items[0]?.id;
}

/** The schedule stays off; how many are kept changes. */
async function changePolicy(api: FaultServer['api'], deployment: string, n: number): Promise<void> {
  const { id: deploymentId } = await api.deployments.byId.query({ id: deployment });
  const policy = (await api.policies.list.query()).find((one) => one.deploymentId === deploymentId);
  if (policy === undefined) return;
  const { id, timezone } = policy;
  await api.policies.set.mutate({ id, timezone, enabled: false, scheduledHour: n % 24, retentionCount: 1 + (n % 4) });
}
