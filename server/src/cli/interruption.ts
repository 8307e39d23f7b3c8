import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';

/** Aborts on Ctrl-C and SIGTERM with a CliError `INTERRUPTED`; a second Ctrl-C ends the process as usual. */
export function interruption(hint: string): Disposable & { readonly signal: AbortSignal } {
  const stop = new AbortController();
  const dispose = () => {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  };
  const onSignal = () => {
    dispose();
    stop.abort(new CliError(exitCodes.interrupted, { code: 'INTERRUPTED', message: 'Interrupted.', hint }));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return { signal: stop.signal, [Symbol.dispose]: dispose };
}
