// A thread of the pool: see frame-pool.ts. What it made is handed over, not copied.
import { move, transferableSymbol, valueSymbol } from 'piscina';
import {
  count as countHere,
  type InspectTask,
  open as openHere,
  type SealTask,
  seal as sealHere,
} from './frame-work.ts';

export { inspect } from './frame-work.ts';

export function seal(task: SealTask): unknown {
  const sealed = sealHere(task);
  return move({
    [transferableSymbol]: [sealed.stored.buffer],
    [valueSymbol]: sealed,
  });
}

export function open(task: InspectTask): unknown {
  const opened = openHere(task);
  if ('damage' in opened) return opened;
  return move({ [transferableSymbol]: [opened.raw.buffer], [valueSymbol]: opened });
}

export function count(array: Uint8Array<ArrayBuffer>): unknown {
  const counted = countHere(array);
  // Given back at once, and not when the collector comes by.
  array.buffer.transfer(0);
  return counted;
}
