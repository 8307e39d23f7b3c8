// The only reader of the environment. Everything else gets its settings as arguments.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ServerRole, serverRole } from '@holdfast/shared/server';
import type { S3Credentials } from './storage/s3-place.ts';
import { LocationInvalid, locationUrl, parseLocation } from './storage/storage-location.ts';

export interface Config {
  /** Registers the deployment `default`; null: a sample database is shown instead. */
  readonly mongodbUri: string | null;
  /** null: the embedded ledger. */
  readonly ledgerUri: string | null;
  readonly port: number;
  readonly host: string;
  /** Further names under which this server may be called, against DNS rebinding. */
  readonly allowedHosts: readonly string[];
  readonly dataDir: string;
  readonly storageUrl: string;
  /** The folder behind `storageUrl` is one that several servers share, such as a network file system. */
  readonly storageShared: boolean;
  /** The access key of the bucket that `storageUrl` names; null: what the machine itself has. */
  readonly s3Credentials: S3Credentials | null;
  readonly role: ServerRole;
  /** How many operations run at once on this server. */
  readonly concurrency: number;
  /** How long running work may go on once the server was told to stop. */
  readonly drainMs: number;
  /** How long a server that is silent keeps what it runs. */
  readonly leaseMs: number;
  /** A dump that is imported may have so many bytes, decompressed. */
  readonly importMaxBytes: number;
  readonly secretKey: string | null;
  readonly apiKey: string | null;
  readonly logLevel: string;
  /** Where provided tools are kept, shared by every checkout of this user. */
  readonly cacheDir: string;
  readonly searchPath: string;
  readonly toolPaths: { readonly mongod?: string; readonly mongodump?: string; readonly mongorestore?: string };
  /** The built console; null when it is not there. */
  readonly webDir: string;
  /** Address of the server, for the command line. */
  readonly url: string;
  /** Relative paths given on the command line are relative to this. */
  readonly workingDir: string;
  /** Only in tests: the folder that says where this server is to be held. See `failpoints.ts`. */
  readonly failpointsDir: string | null;
}

/** A setting that cannot be used: `message` says which variable, what is wrong and what it may be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the settings. Throws ConfigError. */
export function loadConfig(env: Environment = process.env): Config {
  const workingDir = env.INIT_CWD ?? process.cwd();
  const dataDir = resolve(workingDir, env.HOLDFAST_DATA_DIR || './data');
  const host = env.HOST || '127.0.0.1';
  const port = parsePort(env.PORT);
  return {
    mongodbUri: secret(env, 'MONGODB_URI'),
    ledgerUri: secret(env, 'LEDGER_URI'),
    port,
    host,
    allowedHosts: (env.HOLDFAST_ALLOWED_HOSTS ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean),
    dataDir,
    storageUrl: storageUrl(env.HOLDFAST_STORAGE_URL, dataDir, workingDir),
    storageShared: parseFlag(env, 'HOLDFAST_STORAGE_SHARED'),
    s3Credentials: s3Credentials(env, 'HOLDFAST_S3_') ?? s3Credentials(env, 'AWS_'),
    role: parseRole(env.HOLDFAST_ROLE),
    concurrency: parseNumber(env, 'HOLDFAST_CONCURRENCY', concurrencyRange, 2),
    drainMs: 1_000 * parseNumber(env, 'HOLDFAST_DRAIN_SECONDS', drainSecondsRange, 30),
    leaseMs: 1_000 * parseNumber(env, 'HOLDFAST_LEASE_SECONDS', { least: 3, most: 3_600 }, 60),
    importMaxBytes: 1e9 * parseNumber(env, 'HOLDFAST_IMPORT_MAX_GB', { least: 1, most: 1_000_000 }, 1_000),
    secretKey: secret(env, 'HOLDFAST_SECRET_KEY'),
    apiKey: secret(env, 'HOLDFAST_API_KEY'),
    logLevel: parseLogLevel(env.LOG_LEVEL),
    cacheDir: join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'holdfast'),
    searchPath: env.PATH ?? '',
    toolPaths: {
      ...(env.MONGOD_PATH ? { mongod: env.MONGOD_PATH } : {}),
      ...(env.MONGODUMP_PATH ? { mongodump: env.MONGODUMP_PATH } : {}),
      ...(env.MONGORESTORE_PATH ? { mongorestore: env.MONGORESTORE_PATH } : {}),
    },
    webDir: fileURLToPath(new URL('../../web/dist', import.meta.url)),
    url: env.HOLDFAST_URL || `http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${port || 4400}`,
    workingDir,
    failpointsDir: env.HOLDFAST_FAILPOINTS || null,
  };
}

function parsePort(text: string | undefined): number {
  if (text === undefined || text === '') return 4400;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new ConfigError(`PORT is "${text}"; it must be a whole number from 0 (any free port) to 65535.`);
}

function parseRole(text: string | undefined): ServerRole {
  if (text === undefined || text === '') return 'all';
  const role = serverRole.safeParse(text);
  if (role.success) return role.data;
  throw new ConfigError(`HOLDFAST_ROLE is "${text}"; it must be one of ${serverRole.options.join(', ')}.`);
}

interface Range {
  readonly least: number;
  readonly most: number;
}

/** How many operations a server can run at once, and for how many seconds it can wait for them when it stops. */
export const concurrencyRange: Range = { least: 1, most: 64 };
export const drainSecondsRange: Range = { least: 0, most: 86_400 };

function parseNumber(env: Environment, name: string, { least, most }: Range, otherwise: number): number {
  const text = env[name];
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new ConfigError(`${name} is "${text}"; it must be a whole number from ${least} to ${most}.`);
}

function parseFlag(env: Environment, name: string): boolean {
  const text = env[name];
  if (text === undefined || text === '' || text === 'false') return false;
  if (text === 'true') return true;
  throw new ConfigError(`${name} is "${text}"; it must be true or false.`);
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

function parseLogLevel(text: string | undefined): string {
  if (text === undefined || text === '') return 'info';
  if (logLevels.includes(text)) return text;
  throw new ConfigError(`LOG_LEVEL is "${text}"; it must be one of ${logLevels.join(', ')}.`);
}

function storageUrl(text: string | undefined, dataDir: string, workingDir: string): string {
  if (!text) return `file:${join(dataDir, 'backups')}`;
  try {
    return locationUrl(parseLocation(text, workingDir));
  } catch (error) {
    if (!(error instanceof LocationInvalid)) throw error;
    throw new ConfigError(`HOLDFAST_STORAGE_URL cannot be used: ${error.message}`);
  }
}

/** An access key under Holdfast's own names, or under those that other tools use. */
function s3Credentials(env: Environment, prefix: 'HOLDFAST_S3_' | 'AWS_'): S3Credentials | null {
  const [idName, secretName] = [`${prefix}ACCESS_KEY_ID`, `${prefix}SECRET_ACCESS_KEY`] as const;
  const [accessKeyId, secretAccessKey] = [secret(env, idName), secret(env, secretName)];
  if (accessKeyId === null && secretAccessKey === null) return null;
  if (accessKeyId === null || secretAccessKey === null)
    throw new ConfigError(
      `${accessKeyId === null ? secretName : idName} is set and ${accessKeyId === null ? idName : secretName} is not: an access key needs both.`,
    );
  return { accessKeyId, secretAccessKey, sessionToken: secret(env, `${prefix}SESSION_TOKEN`) ?? undefined };
}

/** `NAME`, or the contents of the file that `NAME_FILE` names. */
function secret(env: Environment, name: string): string | null {
  const file = env[`${name}_FILE`];
  if (!file) return env[name] || null;
  try {
    return readFileSync(resolve(env.INIT_CWD ?? process.cwd(), file), 'utf8').trim();
  } catch (cause) {
    throw new ConfigError(`${name}_FILE names "${file}", which cannot be read.`, { cause });
  }
}
