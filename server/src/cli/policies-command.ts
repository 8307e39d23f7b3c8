import type { HoldfastClient } from '@holdfast/client';
import { AppError } from '@holdfast/shared/errors';
import type { GivenPolicySettings, Policy, PolicySettings, ReadPreference } from '@holdfast/shared/policy';
import type { Command } from 'commander';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import { findPolicy } from './find-policy.ts';
import type { Invocation } from './invocation.ts';
import {
  bandwidthLimitOf,
  hourOf,
  keepOf,
  parallelCollectionsOf,
  readPreferenceOf,
  restoreTestEveryOf,
  stallLimitOf,
  switchOf,
  timeLimitOf,
  timezoneOf,
} from './option-values.ts';
import { formatBandwidth, formatCount } from './quantities.ts';
import { facts, table } from './table.ts';
import { formatTimeOrDash } from './times.ts';

interface SetOptions {
  readonly policy?: string;
  readonly hour?: number;
  readonly keep?: number;
  readonly timezone?: string;
  readonly timeLimit?: number;
  readonly stallLimit?: number;
  readonly verify?: boolean;
  readonly readPreference?: ReadPreference | 'default';
  readonly parallelCollections?: number;
  readonly bandwidthLimit?: number | 'none';
  readonly destinations?: string;
  readonly encryption?: string;
  readonly usersAndRoles?: boolean;
  readonly restoreTestEvery?: number | 'none';
  readonly on?: boolean;
  readonly off?: boolean;
}

/** `policies list | set`. */
export function addPoliciesCommand(program: Command, invocation: Invocation): void {
  const policies = program
    .command('policies')
    .description('when backups are taken, how many are kept, what they may take');
  policies
    .command('list', { isDefault: true })
    .description('list them')
    .action(() => list(invocation));
  policies
    .command('set')
    .description('change what is given, leave the rest as it is')
    .argument('<deployment>', 'name or id')
    .option('--hour <0-23>', 'hour of the day at which the daily backup starts', hourOf)
    .option('--keep <1-30>', 'how many completed backups are kept', keepOf)
    .option('--timezone <name>', 'time zone of the hour, such as Europe/Paris', timezoneOf)
    .option('--time-limit <1-10080>', 'minutes that a whole backup or restore may take', timeLimitOf)
    .option('--stall-limit <1-1440>', 'minutes that may pass without a byte moved', stallLimitOf)
    .option('--verify <on|off>', 'read each backup again once it is completed', switchOf)
    .option(
      '--read-preference <mode>',
      'members of a set that are read, such as secondary, or default',
      readPreferenceOf,
    )
    .option('--parallel-collections <1-16>', 'collections that are read at once', parallelCollectionsOf)
    .option('--bandwidth-limit <MB/s>', 'megabytes a second that a backup may send, or none', bandwidthLimitOf)
    .option(
      '--destinations <names>',
      'where backups are kept, the first one first: main,offsite; main alone is the default',
    )
    .option(
      '--encryption <inherit|off|KEY>',
      'as the server does (inherit), not at all (off), or for a key by name or id',
    )
    .option('--restore-test-every <1-100|none>', 'restore every n-th completed backup for a test', restoreTestEveryOf)
    .option('--users-and-roles <on|off>', 'back up users and roles too, password hashes included', switchOf)
    .option('--on', 'take scheduled backups')
    .option('--off', 'take none')
    .option('--policy <name>', 'which one, where a deployment has several')
    .action((deployment: string, options: SetOptions) => set(invocation, deployment, options));
}

async function list({ output, connect }: Invocation): Promise<void> {
  const { client } = await connect();
  const [policies, deployments, keys] = await Promise.all([
    client.policies.list.query(),
    client.deployments.list.query(),
    keyNames(client),
  ]);
  const names = new Map<string, string>(deployments.map(({ id, name }) => [id, name]));
  const deploymentOf = ({ deploymentId }: Policy) => names.get(deploymentId) ?? deploymentId;
  output.answer(policies, () =>
    table(
      policies,
      [{ title: 'deployment', value: deploymentOf }, ...columnsWith(keys)],
      'There is no policy yet; each deployment brings one.',
    ),
  );
}

async function set({ output, connect }: Invocation, idOrName: string, options: SetOptions): Promise<void> {
  const change = changeOf(options);
  const { client } = await connect();
  const encryption = await encryptionOf(client, options.encryption);
  const deployment = await client.deployments.byId.query({ id: idOrName });
  const { id, enabled, scheduledHour, retentionCount, timezone } = await findPolicy(client, deployment, options.policy);
  const places =
    options.destinations === undefined ? {} : { destinationIds: await idsOf(client, options.destinations) };
  const settings = { enabled, scheduledHour, retentionCount, timezone, ...change, ...places, ...encryption };
  const policy = await client.policies.set.mutate({ id, ...settings });
  const columns = columnsWith(await keyNames(client));
  output.answer(policy, () =>
    facts([
      ['Deployment', deployment.name],
      ...[...columns, ...details].map(({ title, value }) => [capitalised(title), value(policy)] as const),
    ]),
  );
}

/** Ids of the destinations that are named; none for the main one alone. */
async function idsOf(client: HoldfastClient, names: string): Promise<PolicySettings['destinationIds']> {
  const known = await client.destinations.list.query();
  const chosen = names.split(',').map((name) => {
    const found = known.find((one) => one.name === name.trim() || one.id === name.trim());
    if (found !== undefined) return found;
    const all = known.map((one) => one.name).join(', ');
    throw new CliError(exitCodes.notFound, {
      code: 'DESTINATION_NOT_FOUND',
      message: `There is no destination ${name.trim()}.`,
      hint: `There are: ${all}.`,
    });
  });
  return chosen.length === 1 && chosen[0]?.isMain ? [] : chosen.map(({ id }) => id);
}

function changeOf(options: SetOptions): Partial<PolicySettings> {
  const { on, off, destinations, encryption } = options;
  if (on && off) throw usage('--on and --off cannot both be given.');
  const change = {
    ...Object.fromEntries(
      settingsOfOptions.flatMap(([option, setting]) =>
        options[option] === undefined ? [] : [[setting, settingOf(options[option])] as const],
      ),
    ),
    ...(on ? { enabled: true } : off ? { enabled: false } : {}),
  };
  const isEmpty = Object.keys(change).length === 0 && destinations === undefined && encryption === undefined;
  if (isEmpty) throw usage('There is nothing to change.');
  return change;
}

/** Commander knows no null: what sets nothing has a word. */
function settingOf<T>(option: T): T | null {
  return option === 'none' || option === 'default' ? null : option;
}

const settingsOfOptions = [
  ['hour', 'scheduledHour'],
  ['keep', 'retentionCount'],
  ['timezone', 'timezone'],
  ['timeLimit', 'timeLimitMinutes'],
  ['stallLimit', 'stallLimitMinutes'],
  ['verify', 'verifyAfterBackup'],
  ['readPreference', 'readPreference'],
  ['parallelCollections', 'parallelCollections'],
  ['bandwidthLimit', 'bandwidthLimitBytesPerSecond'],
  ['usersAndRoles', 'usersAndRoles'],
  ['restoreTestEvery', 'restoreTestEvery'],
] as const satisfies readonly (readonly [keyof SetOptions, keyof PolicySettings])[];

function usage(message: string): CliError {
  return new CliError(exitCodes.usage, {
    code: 'USAGE',
    message,
    hint: 'Give one or more of --hour, --keep, --timezone, --time-limit, --stall-limit, --verify, --read-preference, --parallel-collections, --bandwidth-limit, --destinations, --encryption, --users-and-roles, --restore-test-every, --on, --off.',
  });
}

/** A key is named by its name or id, as everywhere. */
async function encryptionOf(
  client: HoldfastClient,
  wanted: string | undefined,
): Promise<Pick<GivenPolicySettings, 'encryption'>> {
  if (wanted === undefined) return {};
  if (wanted === 'inherit' || wanted === 'off') return { encryption: wanted };
  const { keys } = await client.encryption.status.query();
  const key = keys.find(({ id, name }) => id === wanted || name.toLowerCase() === wanted.toLowerCase());
  if (key === undefined) throw new AppError('ENCRYPTION_KEY_NOT_FOUND', { id: wanted });
  return { encryption: key.id };
}

async function keyNames(client: HoldfastClient): Promise<ReadonlyMap<string, string>> {
  const { keys } = await client.encryption.status.query();
  return new Map(keys.map(({ id, name }) => [id, name]));
}

const columnsWith = (keys: ReadonlyMap<string, string>) => [
  { title: 'policy', value: ({ name }: Policy) => name },
  { title: 'state', value: ({ enabled }: Policy) => (enabled ? 'on' : 'off') },
  {
    title: 'daily at',
    value: ({ scheduledHour, timezone }: Policy) => `${String(scheduledHour).padStart(2, '0')}:00 ${timezone}`,
  },
  { title: 'keeps', value: ({ retentionCount }: Policy) => String(retentionCount) },
  { title: 'time limit', value: ({ timeLimitMinutes }: Policy) => `${formatCount(timeLimitMinutes)} min` },
  { title: 'stall limit', value: ({ stallLimitMinutes }: Policy) => `${formatCount(stallLimitMinutes)} min` },
  {
    title: 'destinations',
    value: ({ destinationIds }: Policy) => (destinationIds.length === 0 ? 'main' : String(destinationIds.length)),
  },
  { title: 'encryption', value: ({ encryption }: Policy) => keys.get(encryption) ?? encryption },
  { title: 'last backup', value: ({ lastBackupAt }: Policy) => formatTimeOrDash(lastBackupAt) },
  { title: 'next', value: ({ nextRunAt }: Policy) => formatTimeOrDash(nextRunAt) },
];

/** Beyond what fits into a line of the list. */
const details = [
  {
    title: 'verified',
    value: ({ verifyAfterBackup }: Policy) => (verifyAfterBackup ? 'after each backup' : 'by the scrub'),
  },
  {
    title: 'restore-tested',
    value: ({ restoreTestEvery: every }: Policy) =>
      every === null ? 'by the schedule, or when asked' : every === 1 ? 'every backup' : `every ${every} backups`,
  },
  { title: 'reads from', value: ({ readPreference }: Policy) => readPreference ?? 'as the connection string says' },
  { title: 'at once', value: ({ parallelCollections }: Policy) => `${parallelCollections} collections` },
  { title: 'users', value: ({ usersAndRoles }: Policy) => (usersAndRoles ? 'backed up, with roles' : 'not backed up') },
  { title: 'bandwidth', value: ({ bandwidthLimitBytesPerSecond: limit }: Policy) => formatBandwidth(limit) },
];

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
