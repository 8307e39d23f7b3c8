// The secrets of a composition of containers: made once, each in a file that only the user who needs it can read.
import { randomBytes } from 'node:crypto';
import { chmod, chown, link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConnectionString } from 'mongodb-connection-string-url';

/** A mongod of the composition: a replica set of one, whose name is also its host's name. */
export interface ContainedServer {
  readonly name: string;
  /** As the other containers reach it, `ledger:27017`. */
  readonly host: string;
  /** Limits the connection string to one database. */
  readonly database?: string;
}

/** Numeric users inside the images: the one that mongod runs as, and the one that Holdfast runs as. */
export interface SecretOwners {
  readonly mongod: number;
  readonly holdfast: number;
}

export interface ServerSecrets {
  readonly key: string;
  readonly uri: string;
  readonly host: string;
  readonly replicaSet: string;
  readonly user: string;
  readonly password: string;
}

const userName = 'holdfast';

/**
 * Makes `<name>.key`, the keyfile of a server, and `<name>-uri`, the connection string with a random password. What is
 * there already stays. `owners: null` leaves the files to whoever runs this.
 */
export async function makeServerSecrets(
  folder: string,
  server: ContainedServer,
  owners: SecretOwners | null,
): Promise<void> {
  await makeFile(keyFile(folder, server.name), randomBytes(384).toString('base64'), owners?.mongod);
  await makeFile(uriFile(folder, server.name), connectionString(server), owners?.holdfast);
}

/** What was made. Throws where a file is missing. */
export async function readServerSecrets(folder: string, name: string): Promise<ServerSecrets> {
  const key = await readFile(keyFile(folder, name), 'utf8');
  const uri = (await readFile(uriFile(folder, name), 'utf8')).trim();
  const { hosts, username, password, searchParams } = new ConnectionString(uri);
  return {
    key,
    uri,
    host: hosts[0] ?? '',
    replicaSet: searchParams.get('replicaSet') ?? '',
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
  };
}

function keyFile(folder: string, name: string): string {
  return join(folder, `${name}.key`);
}

function uriFile(folder: string, name: string): string {
  return join(folder, `${name}-uri`);
}

function connectionString({ name, host, database = '' }: ContainedServer): string {
  const password = randomBytes(32).toString('base64url');
  return `mongodb://${userName}:${password}@${host}/${database}?replicaSet=${name}&authSource=admin`;
}

/** The name appears once the file is whole and its owner's, and never replaces another. */
async function makeFile(path: string, text: string, owner: number | undefined): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(temporary, text, { mode: 0o400, flag: 'wx' });
  try {
    await chmod(temporary, 0o400);
    if (owner !== undefined) await chown(temporary, owner, owner);
    await link(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}
