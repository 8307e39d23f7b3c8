// Stopping in two steps: the first SIGTERM or Ctrl-C lets running work end, the second one ends it.
import type { Served } from './serve.ts';

/** Resolves once a signal came and all is closed. */
export function stopOnSignals(
  { app, drain, close }: Pick<Served, 'app' | 'drain' | 'close'>,
  say: (line: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let signals = 0;
    const onSignal = () => {
      signals += 1;
      if (signals > 2) return;
      if (signals === 2) say('Stopping at once...');
      else say(stopping(app.services.runningHere.size));
      const ready = signals === 2 ? Promise.resolve() : drain();
      ready.then(close).then(resolve, reject);
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}

function stopping(operations: number): string {
  return operations === 0
    ? 'Stopping...'
    : `Stopping once what runs here has ended (${operations}); once more to stop at once...`;
}
