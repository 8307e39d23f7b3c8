// A thread of the pool: see frame-pool.ts. What it made is handed over, not copied.
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { type SealTask, seal as sealHere } from './frame-work.ts';

export { inspect } from './frame-work.ts';

export function seal(task: SealTask): unknown {
  const sealed = sealHere(task);
  return move({
    [transferableSymbol]: [sealed.stored.buffer],
    [valueSymbol]: sealed,
  });
}
