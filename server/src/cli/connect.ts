// A client of the running server, with the key that belongs to it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createHoldfastClient, type HoldfastClient } from '@holdfast/client';
import type { Config } from '../config.ts';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';

export interface Connection {
  readonly url: string;
  readonly apiKey: string;
  readonly client: HoldfastClient;
}

/** Throws a CliError: `NO_KEY` when there is no key, `USAGE` when the address is none. Talks to nobody yet. */
export async function connect(config: Config, url: string): Promise<Connection> {
  if (!isAddress(url)) {
    const message = `"${url}" is no address of a server.`;
    throw new CliError(exitCodes.usage, {
      code: 'USAGE',
      message,
      hint: 'It looks like http://127.0.0.1:4400, or https://backups.example.org.',
    });
  }
  const apiKey = config.apiKey ?? (await keyOfDataFolder(config, url));
  return { url, apiKey, client: createHoldfastClient({ url, apiKey }) };
}

function isAddress(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

/** The key file of a server on this machine is for that server: it is never sent to another host. */
async function keyOfDataFolder(config: Config, url: string): Promise<string> {
  const file = join(config.dataDir, 'admin.key');
  const { hostname } = new URL(url);
  const local = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname) || hostname === config.host;
  if (!local) throw noKey(`HOLDFAST_API_KEY is not set, and ${file} is not sent to ${hostname}.`);
  try {
    const key = (await readFile(file, 'utf8')).trim();
    if (key !== '') return key;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES') throw noKey(`HOLDFAST_API_KEY is not set, and ${file} may not be read by this user.`);
    if (code !== 'ENOENT') throw error;
  }
  throw noKey(`HOLDFAST_API_KEY is not set, and there is no key in ${file}.`);
}

function noKey(reason: string): CliError {
  return new CliError(exitCodes.unauthorized, {
    code: 'NO_KEY',
    message: `There is no administrator key: ${reason}`,
    hint: 'Set HOLDFAST_API_KEY or HOLDFAST_API_KEY_FILE, or run this where the server keeps its data (HOLDFAST_DATA_DIR). The server makes the key when it first starts.',
  });
}
