// Telling a refusal from everything else that a call can throw.
import type { AppErrorData, ErrorCode } from '@holdfast/shared/errors';
import { TRPCClientError } from '@trpc/client';

/** A refusal, one member for each code, so that `code` narrows `details`. */
export type Refusal = { [C in ErrorCode]: AppErrorData<C> }[ErrorCode];

/**
 * The refusal that a call failed with: something the caller can act on. null for everything else: no answer, bad
 * input, a defect of the server.
 *
 * @example
 * const refusal = appErrorOf(error);
 * if (refusal?.code === 'OPERATION_IN_PROGRESS') return waitFor(refusal.details.holder.operationId);
 */
export function appErrorOf(error: unknown): Refusal | null {
  if (!(error instanceof TRPCClientError)) return null;
  const data = error.data as { readonly app?: Refusal | null } | null | undefined;
  return data?.app ?? null;
}

/** The HTTP status that a call or a stream failed with; null when there was no answer. */
export function httpStatusOf(error: unknown): number | null {
  if (!(error instanceof TRPCClientError)) return null;
  const data = error.data as { readonly httpStatus?: number } | null | undefined;
  if (typeof data?.httpStatus === 'number') return data.httpStatus;
  // A stream that could not be opened carries the EventSource's error event, and that the status.
  const cause = error.cause as { readonly code?: unknown } | undefined;
  return typeof cause?.code === 'number' ? cause.code : null;
}

/** Whether the same call may succeed later: no answer, or the server's own trouble. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof TRPCClientError)) return false;
  const status = httpStatusOf(error);
  return status === null || status >= 500 || status === 408 || status === 429;
}
