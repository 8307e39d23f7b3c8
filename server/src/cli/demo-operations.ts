// The steps that the demos have in common, done as any user does them: through the client.
import type { Backup } from '@holdfast/shared/backup';
import type { Restore } from '@holdfast/shared/restore';
import type { RestorePlan } from '@holdfast/shared/restore-plan';
import type { RunningDemo } from './demo-context.ts';
import { describeBackup } from './describe-backup.ts';
import { describeRestore } from './describe-restore.ts';
import { requireCompleted, waitForEnd } from './wait-for-end.ts';

/** Takes a backup and waits for it. Throws when it is not completed. */
export async function backUp({ server, output, steps }: RunningDemo, deploymentId: string): Promise<Backup> {
  const { connection } = server;
  const backup = await steps.step('Back it up', async () => {
    const { id } = await connection.client.backups.request.mutate({ deploymentId });
    const ended = await waitForEnd(output, connection, { kind: 'backup', id, signal: steps.signal });
    requireCompleted('backup', ended);
    return ended;
  });
  steps.tell(describeBackup(backup));
  return backup;
}

/** Confirms a plan and waits for the restore. Throws when it is not completed. */
export async function restore(demo: RunningDemo, plan: RestorePlan, title: string): Promise<Restore> {
  const { server, output, steps } = demo;
  const { connection } = server;
  const done = await steps.step(title, async () => {
    const phrase = plan.phrase === null ? {} : { phrase: plan.phrase };
    const { id } = await connection.client.restores.confirm.mutate({ planId: plan.id, ...phrase });
    const ended = await waitForEnd(output, connection, { kind: 'restore', id, signal: steps.signal });
    requireCompleted('restore', ended);
    return ended;
  });
  steps.tell(describeRestore(done));
  return done;
}
