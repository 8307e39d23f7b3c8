// What a failed call means to the person at the screen: a refusal that one can act on, bad input, a defect with its id,
// or no answer.
import type { AppErrorData, ErrorCode } from '@holdfast/shared/errors';
import { TRPCClientError } from '@trpc/client';

export type Refusal =
  | { readonly kind: 'refusal'; readonly app: AppErrorData }
  | { readonly kind: 'input'; readonly problems: readonly string[] }
  | { readonly kind: 'defect'; readonly defectId: string | null }
  | { readonly kind: 'no-answer' };

/** What a request beside tRPC rejects with. */
export class RefusedRequest extends Error {
  override readonly name = 'RefusedRequest';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.kind === 'refusal' ? refusal.app.code : refusal.kind);
    this.refusal = refusal;
  }
}

/** What the server puts into `error.data`; nothing of it when a proxy answered instead. */
interface ErrorFields {
  readonly code?: string;
  readonly app?: AppErrorData | null;
  readonly problems?: readonly string[] | null;
  readonly defectId?: string | null;
}

/** Classifies whatever a query or mutation threw. Never throws. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof RefusedRequest) return error.refusal;
  if (!(error instanceof TRPCClientError)) return { kind: 'defect', defectId: null };
  const data = fieldsOf(error);
  if (!data) return { kind: 'no-answer' };
  if (data.app) return { kind: 'refusal', app: data.app };
  if (data.problems) return { kind: 'input', problems: data.problems };
  return { kind: 'defect', defectId: data.defectId ?? null };
}

/** True for a refusal of this code. */
export function refusedWith(error: unknown, code: ErrorCode): boolean {
  const refusal = toRefusal(error);
  return refusal.kind === 'refusal' && refusal.app.code === code;
}

/** True when the session is missing or over, however the server says so. */
export function isSignedOut(error: unknown): boolean {
  if (error instanceof RefusedRequest) return refusedWith(error, 'NOT_SIGNED_IN');
  return error instanceof TRPCClientError && fieldsOf(error)?.code === 'UNAUTHORIZED';
}

function fieldsOf(error: TRPCClientError<never>): ErrorFields | null {
  return (error.data as ErrorFields | null | undefined) ?? null;
}
