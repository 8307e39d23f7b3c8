// Whatever a command threw, as people and scripts read it. A refusal keeps its code, details and hint; nothing prints a
// stack but a defect of this program.
import { appErrorOf } from '@holdfast/client';
import { AppError } from '@holdfast/shared/errors';
import { type Failure, OperationFailure } from '@holdfast/shared/failures';
import { TRPCClientError } from '@trpc/client';
import { ConfigError } from '../config.ts';
import { CliError } from './cli-error.ts';
import { type ExitCode, exitCodeOfFailure, exitCodeOfRefusal, exitCodeOfTransport, exitCodes } from './exit-codes.ts';

export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly details: unknown;
  readonly exitCode: ExitCode;
}

/** Never throws. `url` is the server that was asked. */
export function errorReport(error: unknown, url: string): ErrorReport {
  if (error instanceof CliError) {
    const { code, message, hint, details, exitCode } = error;
    return { code, message, hint, details, exitCode };
  }
  if (error instanceof TRPCClientError) return ofCall(error, url);
  if (error instanceof OperationFailure) return ofFailure('OPERATION_FAILED', error.toFailure());
  if (error instanceof AppError) {
    const { code, message, hint, details } = error;
    return { code, message, hint, details, exitCode: exitCodeOfRefusal(code) };
  }
  if (error instanceof ConfigError) return { ...plain('CONFIGURATION', error.message), exitCode: exitCodes.usage };
  return ofUnknown(error);
}

/** A backup or restore that failed: `code` says which, the details its reason and the tool's last lines. */
export function ofFailure(code: string, failure: Failure): ErrorReport {
  const { message, hint, reason } = failure;
  return { code, message, hint, details: failure, exitCode: exitCodeOfFailure(reason) };
}

function ofCall(error: TRPCClientError<never>, url: string): ErrorReport {
  const refusal = appErrorOf(error);
  if (refusal?.code === 'OPERATION_FAILED') return ofFailure(refusal.code, refusal.details);
  if (refusal !== null) {
    const { code, details, hint } = refusal;
    return { code, message: error.message, hint, details, exitCode: exitCodeOfRefusal(code) };
  }
  const data = error.data as { code?: string; defectId?: string | null; problems?: string[] | null } | null | undefined;
  if (!data) return noAnswer(error, url);
  const { code = 'UNKNOWN', defectId } = data;
  if (defectId) {
    const hint = `This is a defect of the server; its log has the details under ${defectId}.`;
    return { ...plain('INTERNAL', 'Internal error', hint), details: { defectId } };
  }
  return {
    ...plain(code, error.message, code === 'BAD_REQUEST' ? 'Correct the value and try again.' : ''),
    details: { problems: data.problems ?? [] },
    exitCode: exitCodeOfTransport(code),
  };
}

/** Either nobody listens there, or somebody who is no Holdfast server. */
export function noAnswer(error: Error, url: string): ErrorReport {
  const reason = networkReason(error);
  if (reason === null) {
    const hint = 'See that HOLDFAST_URL or --url names a Holdfast server.';
    return plain('UNEXPECTED_ANSWER', `${url} did not answer as a Holdfast server does.`, hint);
  }
  return {
    ...plain(
      'SERVER_UNREACHABLE',
      `No server answers at ${url}: ${reason}.`,
      'Start one with `holdfast serve`, or name the right address with --url or HOLDFAST_URL.',
    ),
    exitCode: exitCodes.unreachable,
  };
}

/** `ECONNREFUSED` and the like; null when there was an answer after all. */
function networkReason(error: Error): string | null {
  let failed = false;
  let reason = error.message;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause.message === 'fetch failed') failed = true;
    const { code } = cause as NodeJS.ErrnoException;
    reason = code ?? cause.message;
  }
  return failed ? reason : null;
}

function ofUnknown(error: unknown): ErrorReport {
  const { code, path, message, stack } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR')
    return { ...plain('FILE_UNREADABLE', `${path} cannot be read: ${code}.`), exitCode: exitCodes.usage };
  const known = error instanceof Error && error.cause !== undefined;
  return plain('UNEXPECTED', known ? message : (stack ?? String(error)));
}

function plain(code: string, message: string, hint = ''): ErrorReport {
  return { code, message, hint, details: {}, exitCode: exitCodes.failed };
}
