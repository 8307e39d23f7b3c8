// Recognises and ends a process that an earlier run of the server started and could not end itself.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { groupGone, signalGroup } from './process-group.ts';

/** A process as it is written down: `startTime` by `processStartTime`. */
export interface RecordedProcess {
  readonly pid: number;
  readonly startTime: string;
}

/**
 * Tells a process from every other that ever had its pid, on this host and across restarts of it. Empty when there is no
 * such process, or only a dead one that its parent has not collected. To be compared for equality only.
 */
export async function processStartTime(pid: number): Promise<string> {
  if (!Number.isSafeInteger(pid) || pid <= 1) return '';
  return process.platform === 'linux' ? await fromProc(pid) : await fromPs(pid);
}

/**
 * Kills the process that was recorded, and its whole group, and waits until it is gone. Returns false, and does nothing,
 * when that very process does not run any more, whoever has its pid now.
 */
export async function killOrphan(recorded: RecordedProcess): Promise<boolean> {
  if (recorded.startTime === '' || (await processStartTime(recorded.pid)) !== recorded.startTime) return false;
  signalGroup(recorded.pid, 'SIGKILL');
  await groupGone(recorded.pid, goneLimitMs);
  return true;
}

const goneLimitMs = 5_000;

async function fromProc(pid: number): Promise<string> {
  const [stat, bootId] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
  ]);
  // The name in parentheses may itself hold spaces and parentheses.
  const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const startTicks = fields[18];
  return startTicks === undefined || state === 'Z' || state === 'X' ? '' : `${bootId.trim()}/${startTicks}`;
}

async function fromPs(pid: number): Promise<string> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  return stdout.trim();
}
