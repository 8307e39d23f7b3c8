import { type Deployment, deploymentName } from '@holdfast/shared/deployment';
import { type Command, InvalidArgumentError } from 'commander';
import {
  type ConnectionStringOptions,
  readConnectionString,
  requireConnectionString,
} from './connection-string-input.ts';
import type { Invocation } from './invocation.ts';
import { requireConsent } from './require-consent.ts';
import { facts, table } from './table.ts';
import { formatTime } from './times.ts';

/** `deployments list | add | test | update | remove`. */
export function addDeploymentsCommand(program: Command, invocation: Invocation): void {
  const deployments = program.command('deployments').description('the MongoDB servers that Holdfast knows');
  deployments
    .command('list', { isDefault: true })
    .description('list them')
    .action(() => list(invocation));
  withUri(deployments.command('add').description('register one').argument('<name>', 'its name', nameOf)).action(
    (name: string, options: ConnectionStringOptions) => add(invocation, name, options),
  );
  withUri(deployments.command('test').description('try a connection string without registering it')).action(
    (options: ConnectionStringOptions) => test(invocation, options),
  );
  withUri(deployments.command('update').description('change name or connection').argument('<deployment>', 'name or id'))
    .option('--name <name>', 'the new name', nameOf)
    .action((deployment: string, options: UpdateOptions) => update(invocation, deployment, options));
  deployments
    .command('remove')
    .description('forget one and its connection string; its backups stay')
    .argument('<deployment>', 'name or id')
    .option('--yes', 'do not ask')
    .action((deployment: string, { yes }: { yes?: boolean }) => remove(invocation, deployment, yes));
}

interface UpdateOptions extends ConnectionStringOptions {
  readonly name?: string;
}

async function list({ output, connect }: Invocation): Promise<void> {
  const { client } = await connect();
  const deployments = await client.deployments.list.query();
  output.answer(deployments, () =>
    table(deployments, columns, 'No deployment is registered. Add one: holdfast deployments add NAME'),
  );
}

async function add(invocation: Invocation, name: string, options: ConnectionStringOptions): Promise<void> {
  const { client } = await invocation.connect();
  const uri = await requireConnectionString(invocation, options);
  const deployment = await client.deployments.register.mutate({ name, uri });
  invocation.output.answer(deployment, () => `Registered.\n${described(deployment)}`);
}

async function test(invocation: Invocation, options: ConnectionStringOptions): Promise<void> {
  const { client } = await invocation.connect();
  const uri = await requireConnectionString(invocation, options);
  const found = await client.deployments.test.mutate({ uri });
  invocation.output.answer(found, () =>
    facts([
      ['Connected', found.hosts.join(', ')],
      ['MongoDB', found.serverVersion ?? 'unknown'],
      ['Replica set', found.replicaSet ?? 'none'],
      ['Scope', scopeOf(found)],
    ]),
  );
}

async function update(invocation: Invocation, id: string, { name, ...options }: UpdateOptions): Promise<void> {
  const { client } = await invocation.connect();
  const uri =
    name === undefined ? await requireConnectionString(invocation, options) : await namedUri(invocation, options);
  const deployment = await client.deployments.update.mutate({
    id,
    ...(name === undefined ? {} : { name }),
    ...(uri === null ? {} : { uri }),
  });
  invocation.output.answer(deployment, () => `Changed.\n${described(deployment)}`);
}

/** Beside a new name nobody is asked for a connection string. */
async function namedUri(invocation: Invocation, options: ConnectionStringOptions): Promise<string | null> {
  return options.uriFile === undefined && !options.uriStdin ? null : readConnectionString(invocation, options);
}

async function remove(invocation: Invocation, id: string, yes: boolean | undefined): Promise<void> {
  const { client } = await invocation.connect();
  const deployment = await client.deployments.byId.query({ id });
  await requireConsent(invocation, `Forget ${deployment.name} and its connection string?`, yes);
  await client.deployments.remove.mutate({ id: deployment.id });
  invocation.output.answer(
    { removed: deployment.id },
    () => `Removed ${deployment.name}. Its backups are still there.`,
  );
}

function withUri(command: Command): Command {
  return command
    .option('--uri-stdin', 'read the connection string from standard input')
    .option('--uri-file <file>', 'read the connection string from a file');
}

function nameOf(text: string): string {
  const parsed = deploymentName.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(parsed.error.issues[0]?.message ?? '');
}

const columns = [
  { title: 'name', value: ({ name }: Deployment) => name },
  { title: 'hosts', value: ({ hosts }: Deployment) => hosts.join(',') },
  { title: 'scope', value: scopeOf },
  { title: 'mongodb', value: ({ serverVersion }: Deployment) => serverVersion ?? '-' },
  { title: 'state', value: stateOf },
];

function described(deployment: Deployment): string {
  return facts([
    ['Name', deployment.name],
    ['Id', deployment.id],
    ['Hosts', deployment.hosts.join(', ')],
    ['Scope', scopeOf(deployment)],
    ['MongoDB', deployment.serverVersion ?? 'unknown'],
    ['Registered', formatTime(deployment.registeredAt)],
  ]);
}

function scopeOf({ database }: { readonly database: string | null }): string {
  return database === null ? 'all databases' : `database ${database}`;
}

function stateOf({ operation }: Deployment): string {
  if (operation === null) return 'idle';
  return `${operation.kind} since ${formatTime(operation.since)}${operation.cancelRequested ? ', cancelling' : ''}`;
}
