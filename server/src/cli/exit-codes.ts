// What a script can tell from the exit status alone. The numbers are part of the public surface and never change.
import type { ErrorCode } from '@holdfast/shared/errors';
import type { FailureReason } from '@holdfast/shared/failures';

export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  unauthorized: 3,
  notFound: 4,
  /** Busy, in conflict with what is there, or not confirmed. Nothing was changed. */
  refused: 5,
  timedOut: 6,
  unreachable: 7,
  /** Ctrl-C, as shells count it. What was asked of the server goes on there. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const { failed, usage, unauthorized, notFound, refused, timedOut, unreachable } = exitCodes;

const ofRefusals: Readonly<Record<ErrorCode, ExitCode>> = {
  OPERATION_IN_PROGRESS: refused,
  DEPLOYMENT_NOT_FOUND: notFound,
  DEPLOYMENT_NOT_CONNECTED: refused,
  DEPLOYMENT_EXISTS: refused,
  DEPLOYMENT_UNREACHABLE: unreachable,
  INVALID_URI: usage,
  POLICY_NOT_FOUND: notFound,
  BACKUP_NOT_FOUND: notFound,
  BACKUP_NOT_RESTORABLE: refused,
  ARCHIVE_UNREADABLE: failed,
  ARCHIVE_NOT_FOUND: notFound,
  ARCHIVE_IN_USE: refused,
  COLLECTION_NOT_FOUND: notFound,
  DOCUMENT_NOT_FOUND: exitCodes.notFound,
  PUT_BACK_IMPOSSIBLE: exitCodes.refused,
  PUT_BACK_TOO_LARGE: exitCodes.refused,
  FILTER_INVALID: usage,
  NOT_ALLOWED: unauthorized,
  DESTINATION_NOT_FOUND: notFound,
  DESTINATION_EXISTS: refused,
  DESTINATION_INVALID: usage,
  DESTINATION_UNREACHABLE: unreachable,
  DESTINATION_IN_USE: refused,
  BACKUP_EXISTS: refused,
  DEPLOYMENT_UNKNOWN: refused,
  ENCRYPTION_KEY_NOT_FOUND: notFound,
  ENCRYPTION_KEY_EXISTS: refused,
  ENCRYPTION_KEY_INVALID: usage,
  ENCRYPTION_KEY_RETIRED: refused,
  ENCRYPTION_KEY_IN_USE: refused,
  ENCRYPTION_KEY_MISSING: refused,
  RECOVERY_KIT_REQUIRED: refused,
  RECOVERY_KIT_NOT_FOUND: notFound,
  RECOVERY_KIT_CODE_WRONG: refused,
  IMPORT_NAMESPACE_MISSING: usage,
  IMPORT_TOO_LARGE: refused,
  TOO_MANY_DOWNLOADS: refused,
  TOO_MANY_IMPORTS: refused,
  RESTORE_NOT_FOUND: notFound,
  RESTORE_TEST_IN_PROGRESS: refused,
  RESTORE_TEST_NOT_RUNNING: refused,
  OPERATION_NOT_FOUND: notFound,
  OPERATION_ENDED: refused,
  WRONG_WORKER: refused,
  PLAN_NOT_FOUND: notFound,
  PLAN_OUTDATED: exitCodes.refused,
  UNDO_UNAVAILABLE: exitCodes.refused,
  CONFIRMATION_MISMATCH: refused,
  TARGET_EXISTS: refused,
  TARGET_NAME_INVALID: usage,
  RESTORE_OPTIONS_INVALID: usage,
  NAMESPACE_PROTECTED: usage,
  TOOL_MISSING: failed,
  CONFIGURATION_INVALID: usage,
  CONFIGURATION_CHANGED: refused,
  OPERATION_FAILED: failed,
  SHARDED_UNSUPPORTED: refused,
  NOT_SIGNED_IN: unauthorized,
  LOGIN_CODE_INVALID: unauthorized,
  TOO_MANY_ATTEMPTS: unauthorized,
  LEDGER_UNAVAILABLE: unreachable,
};

/** The status for a refusal of the catalogue; 1 for a code that a newer server made up. */
export function exitCodeOfRefusal(code: ErrorCode): ExitCode {
  return ofRefusals[code] ?? failed;
}

/** The status for background work that failed. */
export function exitCodeOfFailure(reason: FailureReason): ExitCode {
  if (reason === 'timed-out' || reason === 'stalled') return timedOut;
  return reason === 'unreachable' ? unreachable : failed;
}

/** The status for an answer that has no code of the catalogue, by its tRPC code. */
export function exitCodeOfTransport(code: string | undefined): ExitCode {
  switch (code) {
    case 'BAD_REQUEST':
      return usage;
    case 'UNAUTHORIZED':
    case 'FORBIDDEN':
      return unauthorized;
    case 'NOT_FOUND':
      return notFound;
    case 'CONFLICT':
    case 'PRECONDITION_FAILED':
      return refused;
    case 'TIMEOUT':
    case 'GATEWAY_TIMEOUT':
      return timedOut;
    case 'SERVICE_UNAVAILABLE':
    case 'BAD_GATEWAY':
      return unreachable;
    default:
      return failed;
  }
}
