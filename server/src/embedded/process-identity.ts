// Whether a process that was written down is still the same one: its number alone may have been given to another since.
import { readFileSync, readlinkSync } from 'node:fs';

/** What tells a process from a later one of the same number: boot and start time. null where the system does not say. */
export function processMark(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // The command's name, in parentheses, may hold spaces; the start time is the 20th field after it.
    const startTicks = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19];
    return startTicks === undefined ? null : `${boot}/${startTicks}`;
  } catch {
    return null;
  }
}

/** Whether the process runs, and, when a mark was kept, is still the one that the mark was taken of. */
export function isRunning(pid: number, mark: string | null): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process: it runs, only signals to it are refused.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  if (isZombie(pid)) return false;
  const now = processMark(pid);
  return mark === null || now === null || now === mark;
}

/** The space that process numbers belong to: a container has its own. null where the system does not say. */
export function processNamespace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return null;
  }
}

/** Dead, but not yet collected by its parent: it still takes signals. */
function isZombie(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.startsWith('Z') === true;
  } catch {
    return false;
  }
}
