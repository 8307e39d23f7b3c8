// The watchdog's process: see watchdog.ts. Reads lines of `WatchedProcess` and ends when the pipe does.
import { createInterface } from 'node:readline';
import { killOrphan } from './orphan-process.ts';
import type { WatchedProcess } from './watchdog.ts';

const watched = new Map<number, WatchedProcess & { readonly until: number }>();

const timer = setInterval(() => {
  const now = performance.now();
  for (const one of watched.values()) if (one.until <= now) void end(one);
}, 100);

async function end(one: WatchedProcess): Promise<void> {
  watched.delete(one.pid);
  await killOrphan(one);
}

for await (const line of createInterface({ input: process.stdin })) {
  const word = JSON.parse(line) as WatchedProcess;
  if (word.forMs === 0) watched.delete(word.pid);
  else watched.set(word.pid, { ...word, until: performance.now() + word.forMs });
}
clearInterval(timer);
await Promise.all([...watched.values()].map(end));
