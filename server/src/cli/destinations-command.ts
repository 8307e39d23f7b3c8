import { destinationName, type Reconciliation } from '@holdfast/shared/destination';
import { type Command, InvalidArgumentError } from 'commander';
import { CliError } from './cli-error.ts';
import { type CredentialsOptions, readCredentials } from './credentials-input.ts';
import { describeBackup } from './describe-backup.ts';
import { describeDestination, describeReconciliation, spaceOf } from './describe-destination.ts';
import { exitCodes } from './exit-codes.ts';
import type { Invocation } from './invocation.ts';
import { requireConsent } from './require-consent.ts';
import { facts } from './table.ts';

/** `destinations list | add | test | update | remove | reconcile | adopt`. */
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
    .argument('[destination]', 'name or id', 'main')
    .action((destination: string) => reconcile(invocation, destination));
  destinations
    .command('adopt')
    .description('read an archive wholly and take its backup into the ledger')
    .argument('<key>', 'its key, as the list says it')
    .option('--deployment <deployment>', 'name or id, where it is not for the one that it was taken of')
    .option('--destination <destination>', 'name or id of where it lies', 'main')
    .action((key: string, options: AdoptOptions) => adopt(invocation, key, options));
  addKeepingCommands(destinations, invocation);
}

function addKeepingCommands(destinations: Command, invocation: Invocation): void {
  withCredentials(
    destinations
      .command('add')
      .description('add one that policies can name')
      .argument('<name>', 'its name', nameOf)
      .argument('<url>', 'where it is, without credentials: file:/mnt/backups or s3://bucket/path?region=...'),
  ).action((name: string, url: string, options: CredentialsOptions) => add(invocation, { name, url }, options));
  withCredentials(
    destinations
      .command('test')
      .description('write, read back and remove a probe')
      .argument('<destination>', 'name, id, or the URL of one that is not added yet'),
  ).action((destination: string, options: CredentialsOptions) => test(invocation, destination, options));
  withCredentials(
    destinations
      .command('update')
      .description('change name, URL or credentials; it stays the same place')
      .argument('<destination>', 'name or id')
      .option('--name <name>', 'the new name', nameOf)
      .option('--to <url>', 'where it is now'),
  ).action((destination: string, options: UpdateOptions) => update(invocation, destination, options));
  destinations
    .command('remove')
    .description('let go of one; what lies there stays there')
    .argument('<destination>', 'name or id')
    .option('--yes', 'do not ask')
    .action((destination: string, { yes }: { yes?: boolean }) => remove(invocation, destination, yes));
}

interface AdoptOptions {
  readonly deployment?: string;
  readonly destination: string;
}

interface UpdateOptions extends CredentialsOptions {
  readonly name?: string;
  readonly to?: string;
}

async function add(
  invocation: Invocation,
  place: { readonly name: string; readonly url: string },
  options: CredentialsOptions,
): Promise<void> {
  const { client } = await invocation.connect();
  const credentials = await readCredentials(invocation, options);
  const destination = await client.destinations.add.mutate({ ...place, credentials });
  invocation.output.answer(destination, () => `Added.\n${describeDestination(destination)}`);
}

async function test(invocation: Invocation, which: string, options: CredentialsOptions): Promise<void> {
  const { client } = await invocation.connect();
  const credentials = await readCredentials(invocation, options);
  const input = which.includes(':') ? { url: which, credentials } : { id: which };
  const found = await client.destinations.test.mutate(input);
  invocation.output.answer(found, () =>
    facts([
      ['Written', found.url],
      ['Id', found.id],
      ['Free', spaceOf(found)],
    ]),
  );
}

async function update(invocation: Invocation, id: string, { name, to, ...options }: UpdateOptions): Promise<void> {
  const { client } = await invocation.connect();
  const credentials = await readCredentials(invocation, options);
  const destination = await client.destinations.update.mutate({
    id,
    ...(name === undefined ? {} : { name }),
    ...(to === undefined ? {} : { url: to }),
    ...(credentials === null ? {} : { credentials }),
  });
  invocation.output.answer(destination, () => `Changed.\n${describeDestination(destination)}`);
}

async function remove(invocation: Invocation, which: string, yes: boolean | undefined): Promise<void> {
  const { client } = await invocation.connect();
  await requireConsent(invocation, `Let go of ${which}? What lies there stays there, and is no copy any more.`, yes);
  await client.destinations.remove.mutate({ id: which });
  invocation.output.answer({ removed: which }, () => `Removed ${which}. What lies there is still there.`);
}

function withCredentials(command: Command): Command {
  return command
    .option('--credentials-stdin', 'read access key id and secret access key, a line each, from standard input')
    .option('--credentials-file <file>', 'read them from a file')
    .option('--ask-credentials', 'ask for them');
}

function nameOf(text: string): string {
  const parsed = destinationName.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(parsed.error.issues[0]?.message ?? '');
}

async function list({ output, connect }: Invocation): Promise<void> {
  const { client } = await connect();
  const destinations = await client.destinations.list.query();
  output.answer(destinations, () => destinations.map(describeDestination).join('\n\n'));
}

async function reconcile({ output, connect }: Invocation, id: string): Promise<void> {
  const { client } = await connect();
  const report = await client.destinations.reconcile.mutate({ id });
  output.answer(report, () => describeReconciliation(report));
  requirePass(report);
}

/** A pass that came to no end is an error, beside its report. */
function requirePass({ problem }: Reconciliation): void {
  if (problem === null) return;
  const { message, hint } = problem;
  throw new CliError(exitCodes.failed, { code: 'RECONCILIATION_FAILED', message, hint, details: { ...problem } });
}

async function adopt({ output, connect }: Invocation, key: string, options: AdoptOptions): Promise<void> {
  const { client } = await connect();
  const backup = await client.destinations.adopt.mutate({
    key,
    destinationId: options.destination,
    ...(options.deployment === undefined ? {} : { deploymentId: options.deployment }),
  });
  output.answer(backup, () => `Adopted.\n${describeBackup(backup)}`);
}
