import { chmod, readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  type ConfigurationChange,
  type ConfigurationFile,
  type ConfigurationPreview,
  type ConfiguredDestination,
  configurationFile,
} from '@holdfast/shared/configuration';
import { defaultPolicySettings, type PolicySettings } from '@holdfast/shared/policy';
import type { Command } from 'commander';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import type { Invocation } from './invocation.ts';
import { counted, formatBandwidth } from './quantities.ts';
import { requireConsent } from './require-consent.ts';
import { table } from './table.ts';

interface ImportOptions {
  readonly preview?: boolean;
  readonly yes?: boolean;
}

/** `config export | import`. */
export function addConfigCommand(program: Command, invocation: Invocation): void {
  const config = program.command('config').description('deployments and policies as a file, without secrets');
  config
    .command('export')
    .description('write the configuration to a file, or to standard output')
    .argument('[file]', 'where to')
    .action((file: string | undefined) => exportTo(invocation, file));
  config
    .command('import')
    .description('show what a file would change, then change it')
    .argument('<file>', 'what `config export` wrote; - is standard input')
    .option('--preview', 'show what would change and stop')
    .option('--yes', 'do not ask')
    .action((file: string, options: ImportOptions) => importFrom(invocation, file, options));
}

async function exportTo({ config, output, connect }: Invocation, file: string | undefined): Promise<void> {
  const { client } = await connect();
  const configuration = await client.configuration.export.query();
  const json = `${JSON.stringify(configuration, null, 2)}\n`;
  if (file === undefined) return output.write(json);
  const path = resolve(config.workingDir, file);
  await writeFile(path, json, { mode: 0o600 });
  await chmod(path, 0o600);
  output.answer({ file: path }, () => `Wrote ${counted(configuration.deployments.length, 'deployment')} to ${path}.`);
}

async function importFrom(invocation: Invocation, name: string, { preview, yes }: ImportOptions): Promise<void> {
  const { output } = invocation;
  const file = await readConfiguration(invocation, name);
  const { client } = await invocation.connect();
  const found = await client.configuration.preview.mutate({ file });
  if (preview) {
    output.answer(found, () => previewText(found));
    return;
  }
  output.say(`${previewText(found)}\n`);
  const changing = found.changes.filter(({ kind }) => kind === 'policy-changed' || kind === 'policy-added');
  const adding = found.destinations.filter(({ kind }) => kind === 'destination-added');
  const what = `Change ${counted(changing.length, 'policy')}, add ${counted(adding.length, 'destination')}?`;
  if (changing.length + adding.length > 0) await requireConsent(invocation, what, yes);
  const imported = await client.configuration.import.mutate({ file, digest: found.digest });
  output.answer(
    imported,
    () => `Imported: ${counted(changing.length, 'policy')} changed, ${counted(adding.length, 'destination')} added.`,
  );
}

async function readConfiguration({ config, stdin }: Invocation, name: string): Promise<ConfigurationFile> {
  const contents = name === '-' ? await text(stdin) : await readFile(resolve(config.workingDir, name), 'utf8');
  const parsed = configurationFile.safeParse(jsonOf(contents));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`);
  throw new CliError(exitCodes.usage, {
    code: 'CONFIGURATION_INVALID',
    message: `${name} is no configuration: ${problems.join('; ')}`,
    hint: 'Nothing was changed. `holdfast config export` writes one to begin with.',
    details: { problems },
  });
}

function jsonOf(contents: string): unknown {
  try {
    return JSON.parse(contents);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

function previewText({ changes, destinations }: ConfigurationPreview): string {
  if (destinations.length === 0) return changeTable(changes);
  const places = table(
    destinations,
    [
      { title: 'destination', value: ({ name }) => name },
      { title: 'what', value: ({ kind, problem }) => placeWords[kind] + (problem === null ? '' : `: ${problem}`) },
      { title: 'place', value: ({ url }) => url },
    ],
    '',
  );
  return `${places}\n\n${changeTable(changes)}`;
}

const placeWords: Readonly<Record<ConfiguredDestination['kind'], string>> = {
  'destination-added': 'added',
  'destination-unchanged': 'unchanged',
  'destination-needs-key': 'add this destination first: the file holds no keys',
  'destination-away': 'cannot be added now',
};

function changeTable(changes: readonly ConfigurationChange[]): string {
  return table(
    changes,
    [
      { title: 'deployment', value: ({ deployment }) => deployment },
      { title: 'policy', value: ({ policy }) => policy ?? '-' },
      { title: 'what', value: ({ kind }) => kindWords[kind] },
      { title: 'now', value: ({ current }) => settingsWords(current) },
      { title: 'then', value: ({ next }) => settingsWords(next) },
    ],
    'The file holds no deployment.',
  );
}

const kindWords: Readonly<Record<ConfigurationChange['kind'], string>> = {
  'policy-added': 'added',
  'policy-changed': 'changed',
  'policy-unchanged': 'unchanged',
  'deployment-needs-connection': 'register this deployment first: the file holds no connection string',
};

function settingsWords(settings: PolicySettings | null): string {
  if (settings === null) return '-';
  const { enabled, scheduledHour, retentionCount, timezone, timeLimitMinutes, stallLimitMinutes } = settings;
  const schedule = `${enabled ? 'on' : 'off'}, ${String(scheduledHour).padStart(2, '0')}:00 ${timezone}`;
  const limits = `limits ${timeLimitMinutes} and ${stallLimitMinutes} min`;
  return [schedule, `keeps ${retentionCount}`, limits, ...otherWords(settings)].join(', ');
}

/** Only what differs from the defaults. */
function otherWords(settings: PolicySettings): string[] {
  const { verifyAfterBackup, readPreference, parallelCollections, bandwidthLimitBytesPerSecond: limit } = settings;
  return [
    ...(settings.encryption === 'inherit' ? [] : [`encryption ${settings.encryption}`]),
    ...(settings.usersAndRoles ? ['with users and roles'] : []),
    ...(settings.restoreTestEvery === null ? [] : [`every ${settings.restoreTestEvery} backups restore-tested`]),
    ...(verifyAfterBackup ? [] : ['not verified at once']),
    ...(readPreference === null ? [] : [`reads from ${readPreference}`]),
    ...(parallelCollections === defaultPolicySettings.parallelCollections
      ? []
      : [`${parallelCollections} collections at once`]),
    ...(limit === null ? [] : [`at most ${formatBandwidth(limit)}`]),
  ];
}
