import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { adoptMongod, type MongodProcess } from './mongod-process.ts';
import { isRunning } from './process-identity.ts';

export interface Orphan {
  readonly mongod: MongodProcess;
  /** Its command line names the data folder. Otherwise the system does not show it, and it may be any program. */
  readonly certain: boolean;
  /** That it was told to listen on, where its command line shows. */
  readonly port: number | undefined;
}

/**
 * The mongod that an earlier server left on this data folder: mongod writes its process number there, and empties the
 * file when it ends in order. A number that by now belongs to another program is not taken for it.
 */
export async function findOrphan(dbPath: string): Promise<Orphan | undefined> {
  const text = await readFile(join(dbPath, 'mongod.lock'), 'utf8').catch(() => '');
  const pid = Number(text.trim());
  if (!Number.isInteger(pid) || pid <= 0 || !isRunning(pid, null)) return undefined;
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  if (commandLine === undefined) return { mongod: adoptMongod(pid), certain: false, port: undefined };
  const args = commandLine.split('\0');
  if (!args.includes(dbPath)) return undefined;
  const port = args.includes('--port') ? Number(args[args.indexOf('--port') + 1]) : undefined;
  return { mongod: adoptMongod(pid), certain: true, port };
}
