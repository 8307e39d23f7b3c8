import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Signals every process of a group; 0 only asks. Returns whether there was one. A pid that cannot be a group of somebody
 * else's (0 and below mean "mine" or "all") is refused.
 */
export function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 1) throw new RangeError(`${pid} is no process group to be signalled`);
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    // ESRCH: nobody is left. EPERM: only the dead, who were not collected yet (macOS).
    return false;
  }
}

/** Resolves once no process of the group is left, or after the time limit: dead ones that nobody collects still count. */
export async function groupGone(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (signalGroup(pid, 0)) {
    if (performance.now() > deadline) return false;
    await sleep(10);
  }
  return true;
}
