// Recovery of a lost server: a new ledger in an empty data folder, filled from a destination and a recovery kit. Runs without a
// server; it may be run again, and goes on where it stopped.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Actor } from '@holdfast/shared/actor';
import { AppError } from '@holdfast/shared/errors';
import { type Command, InvalidArgumentError } from 'commander';
import type { App } from '../app.ts';
import type { RecoveryReport } from '../commands/recover-backups.ts';
import type { Config } from '../config.ts';
import { DataDirInUse } from '../embedded/lock-data-dir.ts';
import type { RecoveryKitContents } from '../keys/recovery-kit.ts';
import { LocationInvalid, locationUrl, parseLocation } from '../storage/storage-location.ts';
import { CliError } from './cli-error.ts';
import { describeRecovery, type RecoveryAnswer } from './describe-recovery.ts';
import { exitCodes } from './exit-codes.ts';
import type { Invocation } from './invocation.ts';
import { openKitFile } from './kit-file.ts';
import { type PassphraseOptions, withPassphrase } from './passphrase-input.ts';
import { counted } from './quantities.ts';

interface RecoverOptions extends PassphraseOptions {
  readonly storage?: string;
  readonly kit?: string;
  readonly connect?: readonly Connection[];
}

interface Connection {
  readonly name: string;
  readonly file: string;
}

/** `recover --storage URL [--kit FILE]`. */
export function addRecoverCommand(program: Command, invocation: Invocation): void {
  const command = program
    .command('recover')
    .description('rebuild a lost server from its archives: the list of backups in a new ledger, restorable at once')
    .option('--storage <url>', 'where the archives are (default: HOLDFAST_STORAGE_URL)')
    .option('--kit <file>', 'the recovery kit; needed where archives are encrypted')
    .option(
      '--connect <name=file>',
      'a deployment and the file with its connection string; may be given again',
      connectionOf,
    );
  withPassphrase(command).action((options: RecoverOptions) => recover(invocation, options));
}

async function recover(invocation: Invocation, options: RecoverOptions): Promise<void> {
  const { output } = invocation;
  const config = configOf(invocation.config, options.storage);
  const kit = options.kit === undefined ? null : await openKitFile(invocation, options.kit, options);
  const uris = await Promise.all((options.connect ?? []).map((one) => readUri(invocation.config, one)));
  const answer = await withLedger(invocation, config, (app) => recoverInto(invocation, app, { kit, uris }));
  output.answer(answer, () => describeRecovery(answer, config));
  requireWhole(answer);
}

interface Sources {
  readonly kit: RecoveryKitContents | null;
  readonly uris: readonly { readonly name: string; readonly uri: string }[];
}

async function recoverInto({ output }: Invocation, { services }: App, { kit, uris }: Sources): Promise<RecoveryAnswer> {
  const { recoverBackups } = await import('../commands/recover-backups.ts');
  const { importKit } = await import('../commands/encryption.ts');
  const actor: Actor = { kind: 'system', id: services.instanceId };
  const keys = kit === null ? 0 : await importKit(services, kit, actor);
  const onProgress = (done: number, of: number) => output.liveLine?.(`${done} of ${counted(of, 'archive')} read`);
  const report = await recoverBackups(services, { actor, kitId: kit?.kitId ?? null, onProgress });
  output.clearLiveLine();
  return { ...report, keys, ...(await connectAll(services, report, uris, actor)) };
}

/** Gives deployments their connection strings; one that cannot be reached is said, and can be given it later. */
async function connectAll(
  services: App['services'],
  report: RecoveryReport,
  uris: Sources['uris'],
  actor: Actor,
): Promise<Pick<RecoveryAnswer, 'deployments' | 'problems'>> {
  const { update } = await import('../commands/deployments.ts');
  const connected = new Set<string>();
  const problems: string[] = [];
  for (const { name, uri } of uris) {
    const id = report.deployments.find((one) => one.name === name)?.id;
    if (id === undefined) {
      problems.push(`There is no deployment ${name}.`);
      continue;
    }
    await update(services, { id, uri, actor }).then(
      () => connected.add(name),
      (error: unknown) => {
        if (!(error instanceof AppError)) throw error;
        problems.push(`${name}: ${error.message}`);
      },
    );
  }
  const deployments = report.deployments.map((one) => ({
    ...one,
    isConnected: one.isConnected || connected.has(one.name),
  }));
  return { deployments, problems };
}

/** Ledger and destination without a server. A place that is no destination yet is refused, not made one. */
async function withLedger<T>(invocation: Invocation, config: Config, work: (app: App) => Promise<T>): Promise<T> {
  const { openStorage } = await import('../storage/open-storage.ts');
  await openStorage(config.storageUrl, { create: false, credentials: config.s3Credentials });
  const { startApp } = await import('../app.ts');
  const { createLogger } = await import('../create-logger.ts');
  const { destination } = await import('pino');
  const level = config.logLevel === 'info' ? 'warn' : config.logLevel;
  const logger = createLogger(level, destination({ dest: 2, sync: false }));
  const onProgress = (line: string) => invocation.output.say(line);
  const app = await startApp({ config, logger, idle: true, onProgress }).catch(refuseInUse);
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}

/** A server that runs has a ledger already. */
function refuseInUse(error: unknown): never {
  if (!(error instanceof DataDirInUse)) throw error;
  const hint = 'Nothing was changed. A server that runs takes single archives on with `holdfast destinations adopt`.';
  throw new CliError(exitCodes.refused, { code: 'DATA_DIR_IN_USE', message: error.message, hint });
}

function configOf(config: Config, storage: string | undefined): Config {
  const roles = { role: 'all', storageShared: false } as const;
  if (storage === undefined) return { ...config, ...roles };
  try {
    return { ...config, ...roles, storageUrl: locationUrl(parseLocation(storage, config.workingDir)) };
  } catch (error) {
    if (!(error instanceof LocationInvalid)) throw error;
    const message = `--storage cannot be used: ${error.message}`;
    throw new CliError(exitCodes.usage, { code: 'USAGE', message, hint: 'Nothing was changed.' });
  }
}

async function readUri({ workingDir }: Config, { name, file }: Connection): Promise<{ name: string; uri: string }> {
  return { name, uri: (await readFile(resolve(workingDir, file), 'utf8')).trim() };
}

function connectionOf(text: string, before: readonly Connection[] = []): readonly Connection[] {
  const [, name, file] = /^([a-z0-9-]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || file === undefined)
    throw new InvalidArgumentError('It looks like shop=/run/secrets/shop-uri: a name and a file.');
  return [...before, { name, file }];
}

/** What could not be read or reached is an error, beside what was. */
function requireWhole({ unreadable, problems }: RecoveryAnswer): void {
  if (unreadable.length === 0 && problems.length === 0) return;
  const parts = [
    ...(unreadable.length > 0 ? [`${counted(unreadable.length, 'archive')} cannot be read`] : []),
    ...problems,
  ];
  throw new CliError(exitCodes.failed, {
    code: 'RECOVERY_INCOMPLETE',
    message: `Not everything was recovered: ${parts.join('; ')}`,
    hint: 'Everything else is in the ledger. See to what is listed, then run the same command again: it goes on.',
    details: { unreadable: unreadable.map(({ key }) => key), problems },
  });
}
