import type { Reconciliation } from '@holdfast/shared/destination';
import type { Command } from 'commander';
import { CliError } from './cli-error.ts';
import { describeBackup } from './describe-backup.ts';
import { describeDestination, describeReconciliation } from './describe-destination.ts';
import { exitCodes } from './exit-codes.ts';
import type { Invocation } from './invocation.ts';

/** `destinations list | reconcile | adopt`. */
export function addDestinationsCommand(program: Command, invocation: Invocation): void {
  const destinations = program
    .command('destinations')
    .description('where archives are kept, and whether they are there');
  destinations
    .command('list', { isDefault: true })
    .description('list them and what was last found there')
    .action(() => list(invocation));
  destinations
    .command('reconcile')
    .description('compare what lies there with the ledger now')
    .action(() => reconcile(invocation));
  destinations
    .command('adopt')
    .description('read an archive wholly and take its backup into the ledger')
    .argument('<key>', 'its key, as the list says it')
    .option('--deployment <deployment>', 'name or id, where it is not for the one that it was taken of')
    .action((key: string, { deployment }: { deployment?: string }) => adopt(invocation, key, deployment));
}

async function list({ output, connect }: Invocation): Promise<void> {
  const { client } = await connect();
  const destinations = await client.destinations.list.query();
  output.answer(destinations, () => destinations.map(describeDestination).join('\n\n'));
}

async function reconcile({ output, connect }: Invocation): Promise<void> {
  const { client } = await connect();
  const report = await client.destinations.reconcile.mutate({});
  output.answer(report, () => describeReconciliation(report));
  requirePass(report);
}

/** A pass that came to no end is an error, beside its report. */
function requirePass({ problem }: Reconciliation): void {
  if (problem === null) return;
  const { message, hint } = problem;
  throw new CliError(exitCodes.failed, { code: 'RECONCILIATION_FAILED', message, hint, details: { ...problem } });
}

async function adopt({ output, connect }: Invocation, key: string, deploymentId: string | undefined): Promise<void> {
  const { client } = await connect();
  const backup = await client.destinations.adopt.mutate({
    key,
    ...(deploymentId === undefined ? {} : { deploymentId }),
  });
  output.answer(backup, () => `Adopted.\n${describeBackup(backup)}`);
}
