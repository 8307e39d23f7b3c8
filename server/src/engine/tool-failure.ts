// Turns how a tool ended into what the operation failed with.
import { type FailureReason, OperationFailure } from '@holdfast/shared/failures';
import { fatalText, type SaidReason } from './classify-stderr.ts';
import { durationWords } from './duration-words.ts';
import type { ToolExit } from './run-tool.ts';
import type { StopCause, ToolLimits } from './tool-watch.ts';

export interface ToolEnd {
  /** `mongodump` or `mongorestore`. */
  readonly tool: string;
  readonly path: string;
  readonly hosts: readonly string[];
  readonly exit: ToolExit;
  readonly said: SaidReason | null;
  readonly limits: ToolLimits;
  readonly signal: AbortSignal;
}

/**
 * What to reject with, or undefined when the tool ended with exit code 0: the signal's own reason when the caller stopped
 * it, else an OperationFailure.
 */
export function toolFailure(end: ToolEnd): unknown {
  const { tool, path, exit } = end;
  const { outcome } = exit;
  switch (outcome.kind) {
    case 'stopped':
      return outcome.cause === 'aborted' ? end.signal.reason : stoppedByLimit(end, outcome.cause);
    case 'not-started':
      return new OperationFailure(
        cannotRun.includes(outcome.code) ? 'tool-missing' : 'tool-failed',
        `${path} could not be started: ${outcome.code}.`,
      );
    case 'killed':
      return failed(exit, 'tool-killed', `${tool} was ended by ${outcome.signal}.`);
    case 'exited':
      return outcome.code === 0 ? undefined : gaveUp(end, outcome.code);
  }
}

const cannotRun = ['ENOENT', 'EACCES', 'ENOEXEC', 'ENOTDIR', 'ELOOP'];

function stoppedByLimit({ tool, exit, limits }: ToolEnd, cause: Exclude<StopCause, 'aborted'>): OperationFailure {
  return cause === 'stalled'
    ? failed(exit, cause, `${tool} was stopped: no byte moved for ${durationWords(limits.stallLimitMs ?? 0)}.`)
    : failed(exit, cause, `${tool} was stopped: it was not done after ${durationWords(limits.wallClockLimitMs ?? 0)}.`);
}

function gaveUp({ tool, exit, said, hosts }: ToolEnd, code: number): OperationFailure {
  const where = hosts.join(', ');
  switch (said) {
    case 'authentication-failed':
      return failed(exit, said, `${tool} could not sign in at ${where}.`);
    case 'not-authorized':
      return failed(exit, said, `${tool} lacks a privilege at ${where}.`);
    case 'unreachable':
      return failed(exit, said, `${tool} could not connect to ${where}.`);
    case 'connection-lost':
      return failed(exit, said, `${tool} lost its connection to ${where}.`);
    case null:
      return failed(exit, 'tool-failed', `${tool} ended with exit code ${code}${lastWords(exit)}`);
  }
}

function lastWords({ stderrTail }: ToolExit): string {
  const words = stderrTail.map(fatalText).findLast((text) => text !== null);
  return words === undefined ? '.' : `: ${words.slice(0, 300)}`;
}

function failed({ stderrTail }: ToolExit, reason: FailureReason, message: string): OperationFailure {
  return new OperationFailure(reason, message, { stderrTail });
}
