import { readdir, readFile } from 'node:fs/promises';

export interface ToolProcess {
  readonly pid: number;
  readonly name: string;
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
    if (wanted(name)) found.push({ pid: Number(entry), name });
  }
  return found;
}
