import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';

export interface Interruption extends Disposable {
  /** Aborts on the first Ctrl-C or SIGTERM, with a CliError `INTERRUPTED`. */
  readonly signal: AbortSignal;
}

/**
 * Minds Ctrl-C and SIGTERM until it is disposed; a second one ends the process at once. The listeners stay after the first:
 * the library that releases lock files on exit ends the process by itself when it finds nobody else listening.
 */
export function interruption(hint: string): Interruption {
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(exitCodes.interrupted);
    stop.abort(new CliError(exitCodes.interrupted, { code: 'INTERRUPTED', message: 'Interrupted.', hint }));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: stop.signal,
    [Symbol.dispose]: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
