import { readdir, readFile } from 'node:fs/promises';
import { isRunning, processMark } from '../../embedded/process-identity.ts';

export interface ToolProcess {
  readonly pid: number;
  readonly name: string;
  readonly args: readonly string[];
}

/**
 * Processes that belong to the server of a data folder, whoever their parent is by now: what they inherited of its environment
 * says so. Without `/proc` there are none to be seen.
 */
export async function processesOf(dataDir: string, wanted: (name: string) => boolean): Promise<ToolProcess[]> {
  const found: ToolProcess[] = [];
  const mark = `HOLDFAST_DATA_DIR=${dataDir}`;
  for (const entry of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(entry)) continue;
    // A dead one that nobody collected has an environment no more.
    const environment = await readFile(`/proc/${entry}/environ`, 'utf8').catch(() => '');
    if (!environment.split('\0').includes(mark)) continue;
    const name = (await readFile(`/proc/${entry}/comm`, 'utf8').catch(() => '')).trim();
    if (!wanted(name)) continue;
    const args = (await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '')).split('\0');
    found.push({ pid: Number(entry), name, args });
  }
  return found;
}

/** A process that can be told from a later one of its number. */
export interface ProcessMark {
  readonly pid: number;
  readonly mark: string | null;
}

/** Those that run now and whose parent this is. */
export async function childrenOf(pid: number): Promise<ProcessMark[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text
    .split(' ')
    .filter((child) => /^\d+$/.test(child))
    .map((child) => ({ pid: Number(child), mark: processMark(Number(child)) }));
}

export function stillRunning(processes: readonly ProcessMark[]): ProcessMark[] {
  return processes.filter(({ pid, mark }) => isRunning(pid, mark));
}
