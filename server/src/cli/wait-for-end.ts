// Waiting for a backup or restore with its progress on the screen, and what its end means for the exit status.
import { type FinishedOperation, waitForOperation } from '@holdfast/client';
import type { Backup } from '@holdfast/shared/backup';
import type { Restore } from '@holdfast/shared/restore';
import { CliError } from './cli-error.ts';
import type { Connection } from './connect.ts';
import { ofFailure } from './error-report.ts';
import { exitCodes } from './exit-codes.ts';
import { interruption } from './interruption.ts';
import type { Output } from './output.ts';
import { progressDisplay } from './progress-display.ts';

export interface WaitedFor<K extends 'backup' | 'restore'> {
  readonly kind: K;
  readonly id: string;
  readonly timeoutMs?: number | undefined;
  /** Instead of Ctrl-C, where the caller minds that itself. */
  readonly signal?: AbortSignal | undefined;
}

const longestTimerMs = 2 ** 31 - 1;

/** The record as it ended. Ctrl-C and the time limit end the waiting, not the operation: CliError `INTERRUPTED`, `TIMED_OUT`. */
export async function waitForEnd<K extends 'backup' | 'restore'>(
  output: Output,
  { client }: Connection,
  { kind, id, timeoutMs, signal: given }: WaitedFor<K>,
): Promise<FinishedOperation<K>> {
  const goesOn = `The ${kind} goes on at the server; cancel it with \`holdfast operations cancel ${id}\`.`;
  using interrupted = given ? null : interruption(goesOn);
  const late = new AbortController();
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => late.abort(timedOut(kind, id, goesOn)), Math.min(timeoutMs, longestTimerMs));
  // Only now: whoever sees it and presses Ctrl-C has to learn what becomes of it.
  if (interrupted) output.say(`${kind === 'backup' ? 'Backup' : 'Restore'} ${id} requested.`);
  try {
    const signal = AbortSignal.any([late.signal, interrupted?.signal ?? given].filter((one) => one !== undefined));
    return await waitForOperation(client, { kind, id, signal, onProgress: progressDisplay(output) });
  } finally {
    clearTimeout(timer);
    output.clearLiveLine();
  }
}

/** Throws what the end of an operation that was not completed means: its reason decides the exit status. */
export function requireCompleted(kind: 'backup' | 'restore', { id, status, error }: Backup | Restore): void {
  if (status === 'completed') return;
  const code = `${kind}_${status}`.toUpperCase();
  if (error !== null) {
    const report = ofFailure(code, error);
    throw new CliError(report.exitCode, { code, message: error.message, hint: error.hint, details: { id, ...error } });
  }
  throw new CliError(exitCodes.failed, { code, message: `The ${kind} is ${status}.`, hint: '', details: { id } });
}

function timedOut(kind: string, id: string, hint: string): CliError {
  const message = `The ${kind} has not ended within the time given with --timeout.`;
  return new CliError(exitCodes.timedOut, { code: 'TIMED_OUT', message, hint, details: { id } });
}
