import type { Command } from 'commander';
import { describeBackup } from './describe-backup.ts';
import type { Invocation } from './invocation.ts';
import { durationOf } from './option-values.ts';
import { requireCompleted, waitForEnd } from './wait-for-end.ts';

interface BackupOptions {
  readonly wait: boolean;
  readonly timeout?: number;
}

/** `backup DEPLOYMENT`. */
export function addBackupCommand(program: Command, invocation: Invocation): void {
  program
    .command('backup')
    .description('take a backup now and wait for it')
    .argument('<deployment>', 'name or id')
    .option('--no-wait', 'return as soon as it is accepted')
    .option('--timeout <duration>', 'wait no longer than this (90s, 30m, 2h); it goes on at the server', durationOf)
    .action((deployment: string, options: BackupOptions) => backup(invocation, deployment, options));
}

async function backup({ output, connect }: Invocation, deploymentId: string, options: BackupOptions): Promise<void> {
  const connection = await connect();
  const requested = await connection.client.backups.request.mutate({ deploymentId });
  if (!options.wait) {
    output.answer(requested, () => `Requested backup ${requested.id} of ${requested.deploymentName}.`);
    return;
  }
  const ended = await waitForEnd(output, connection, { kind: 'backup', id: requested.id, timeoutMs: options.timeout });
  output.answer(ended, () => describeBackup(ended));
  requireCompleted('backup', ended);
}
