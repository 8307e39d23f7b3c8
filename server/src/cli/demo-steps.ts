import type { Output } from './output.ts';
import { formatDuration } from './quantities.ts';

export interface DemoSteps {
  /** Aborts when the demo is to end early. */
  readonly signal: AbortSignal;
  /** Says what begins, runs it, says how long it took. Rejects at once on the signal; `run` may still be at it then. */
  step<T>(title: string, run: () => Promise<T>): Promise<T>;
  /** A step whose result has to be cleaned up: the signal only ends what comes after it. */
  wholeStep<T>(title: string, run: () => Promise<T>): Promise<T>;
  /** Lines that belong to the step that has just ended. */
  tell(text: string): void;
  readonly done: readonly { readonly title: string; readonly ms: number }[];
  readonly totalMs: number;
}

/** Numbers and times the steps of the demo. */
export function demoSteps(output: Output, signal: AbortSignal): DemoSteps {
  const done: { title: string; ms: number }[] = [];
  const startedAt = performance.now();
  async function wholeStep<T>(title: string, run: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const from = performance.now();
    output.tell(`\n${done.length + 1}. ${title}`);
    const result = await run();
    const ms = Math.round(performance.now() - from);
    done.push({ title, ms });
    output.tell(`   took ${formatDuration(ms)}`);
    return result;
  }
  return {
    signal,
    wholeStep,
    step: (title, run) => wholeStep(title, () => unlessAborted(run(), signal)),
    tell: (text) => output.tell(text.replace(/^(?=.)/gm, '   ')),
    done,
    get totalMs() {
      return Math.round(performance.now() - startedAt);
    },
  };
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    if (signal.aborted) stop();
  });
}
