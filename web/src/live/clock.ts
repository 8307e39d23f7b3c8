// The one clock of the page: ticks each second while something looks at it.
import { type Accessor, createRoot, createSignal } from 'solid-js';

/** Milliseconds since 1970, fresh each second. */
export const now: Accessor<number> = createRoot(() => {
  const [time, setTime] = createSignal(Date.now());
  setInterval(() => setTime(Date.now()), 1000);
  return time;
});
