// What the driver and the tools are given for an address: the same user, servers and TLS for both, each in its own dialect.
import { ConnectionString } from 'mongodb-connection-string-url';
import type { DeploymentAddress } from './connection-string.ts';

/**
 * For the driver: without database, with the user's database said. It talks to the primary and writes with a majority
 * whatever the connection string prefers, since restores are proven through it. Wire compression, which needs native
 * parts, is left out.
 */
export function driverConnectionString(address: DeploymentAddress): string {
  const parsed = withoutDatabase(address);
  for (const option of [...compressionOptions, ...readOptions, ...writeOptions]) parsed.searchParams.delete(option);
  parsed.searchParams.set('w', 'majority');
  return parsed.toString();
}

export interface ToolConnectionOptions {
  /** Reads, too, go to the primary whatever the connection string prefers: for what writes and reads its own writes. */
  readonly primaryOnly?: boolean;
}

/**
 * For mongodump and mongorestore, as `uri` of a `--config`. It holds the password: never in argv or a log. The database is
 * left out (`--db` says it). Timeouts are left out too: the tools take a connection string's milliseconds for seconds, so
 * that they go by argument (`toolTimeouts`). So is the write concern: acknowledged by a majority is the tools' own default.
 */
export function toolConnectionString(address: DeploymentAddress, options: ToolConnectionOptions = {}): string {
  const parsed = withoutDatabase(address);
  const parameters = parsed.searchParams;
  for (const option of [...timeoutOptions, ...writeOptions]) parameters.delete(option);
  if (options.primaryOnly) for (const option of readOptions) parameters.delete(option);
  tellTlsAsGoDoes(parameters);
  // A single seed without the set's name would be talked to directly, secondary or not.
  const direct = isTrue(parameters, 'directConnection') || isTrue(parameters, 'loadBalanced');
  if (address.replicaSet !== null && !direct) parameters.set('replicaSet', address.replicaSet);
  return parsed.toString();
}

export interface ToolTimeouts {
  readonly serverSelectionSeconds: number;
  readonly dialSeconds: number;
}

/** Whole seconds as the tools want them: what the connection string asks for, at most 30, else the given default. */
export function toolTimeouts(address: DeploymentAddress, defaultSeconds: number): ToolTimeouts {
  const { searchParams } = new ConnectionString(address.uri);
  const seconds = (option: string, otherwise: number) => {
    const ms = Number(searchParams.get(option) ?? Number.NaN);
    return Number.isFinite(ms) && ms > 0 ? Math.min(30, Math.ceil(ms / 1000)) : otherwise;
  };
  return {
    serverSelectionSeconds: seconds('serverSelectionTimeoutMS', defaultSeconds),
    dialSeconds: seconds('connectTimeoutMS', Math.min(5, defaultSeconds)),
  };
}

/** Whom it signs in, as `database.name`; null where it names nobody. */
export function userOf(address: DeploymentAddress): string | null {
  if (address.username === null) return null;
  const source = withoutDatabase(address).searchParams.get('authSource') ?? '$external';
  return `${source}.${address.username}`;
}

type Parameters = ConnectionString['searchParams'];

const timeoutOptions = [
  'connectTimeoutMS',
  'serverSelectionTimeoutMS',
  'socketTimeoutMS',
  'timeoutMS',
  'waitQueueTimeoutMS',
];
const compressionOptions = ['compressors', 'zlibCompressionLevel'];
const writeOptions = ['w', 'wtimeout', 'wtimeoutMS', 'journal'];
const readOptions = ['readPreference', 'readPreferenceTags', 'maxStalenessSeconds', 'readConcernLevel'];

/**
 * A database in the path also says where the user lives, unless `authSource` does. For an SRV name that is `admin`: its DNS
 * record may say so (Atlas does), and would win over the path.
 */
function withoutDatabase(address: DeploymentAddress): ConnectionString {
  const parsed = new ConnectionString(address.uri);
  const mechanism = parsed.searchParams.get('authMechanism')?.toUpperCase() ?? '';
  const inPath = decodeURIComponent(parsed.pathname.slice(1));
  parsed.pathname = '/';
  if (parsed.username === '' || parsed.searchParams.has('authSource')) return parsed;
  if (mechanism === '' || mechanism.startsWith('SCRAM-')) {
    parsed.searchParams.set('authSource', (!address.srv && inPath) || 'admin');
  }
  if (mechanism === 'PLAIN') parsed.searchParams.set('authSource', inPath || '$external');
  return parsed;
}

/** The tools know one option for both, and skip both checks for either. */
function tellTlsAsGoDoes(parameters: Parameters): void {
  const lax = ['tlsAllowInvalidCertificates', 'tlsAllowInvalidHostnames'];
  const insecure = lax.some((option) => isTrue(parameters, option));
  for (const option of lax) parameters.delete(option);
  if (insecure) parameters.set('tlsInsecure', 'true');
}

function isTrue(parameters: Parameters, option: string): boolean {
  return parameters.get(option) === 'true';
}
