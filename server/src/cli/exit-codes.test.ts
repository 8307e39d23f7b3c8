import { type ErrorCode, errorCatalogue } from '@holdfast/shared/errors';
import { type FailureReason, failureReason } from '@holdfast/shared/failures';
import { describe, expect, it } from 'vitest';
import { exitCodeOfFailure, exitCodeOfRefusal, exitCodeOfTransport } from './exit-codes.ts';

/** What docs/cli.md promises. */
const promised: Readonly<Record<string, readonly ErrorCode[]>> = {
  1: ['ARCHIVE_UNREADABLE', 'TOOL_MISSING', 'OPERATION_FAILED'],
  2: ['INVALID_URI', 'TARGET_NAME_INVALID', 'CONFIGURATION_INVALID'],
  3: ['NOT_SIGNED_IN', 'LOGIN_CODE_INVALID', 'TOO_MANY_ATTEMPTS'],
  4: [
    'DEPLOYMENT_NOT_FOUND',
    'POLICY_NOT_FOUND',
    'BACKUP_NOT_FOUND',
    'RESTORE_NOT_FOUND',
    'OPERATION_NOT_FOUND',
    'PLAN_NOT_FOUND',
  ],
  5: [
    'OPERATION_IN_PROGRESS',
    'DEPLOYMENT_EXISTS',
    'BACKUP_NOT_RESTORABLE',
    'OPERATION_ENDED',
    'WRONG_WORKER',
    'CONFIRMATION_MISMATCH',
    'TARGET_EXISTS',
    'CONFIGURATION_CHANGED',
    'SHARDED_UNSUPPORTED',
  ],
  7: ['DEPLOYMENT_UNREACHABLE', 'LEDGER_UNAVAILABLE'],
};

describe('refusals', () => {
  it('has a promise for every code of the catalogue', () => {
    expect(Object.values(promised).flat().sort()).toEqual(Object.keys(errorCatalogue).sort());
  });

  it.each(Object.entries(promised).flatMap(([status, codes]) => codes.map((code) => [code, Number(status)] as const)))(
    '%s exits with %d',
    (code, status) => {
      expect(exitCodeOfRefusal(code)).toBe(status);
    },
  );

  it('exits with 1 for a code that it does not know', () => {
    expect(exitCodeOfRefusal('NEWER_THAN_THIS' as ErrorCode)).toBe(1);
  });
});

it('tells a time limit and an unreachable server from other failures', () => {
  const special: Partial<Record<FailureReason, number>> = { stalled: 6, 'timed-out': 6, unreachable: 7 };
  for (const reason of failureReason.options) expect(exitCodeOfFailure(reason)).toBe(special[reason] ?? 1);
});

it('goes by the transport where there is no code of the catalogue', () => {
  expect(exitCodeOfTransport('BAD_REQUEST')).toBe(2);
  expect(exitCodeOfTransport('UNAUTHORIZED')).toBe(3);
  expect(exitCodeOfTransport('NOT_FOUND')).toBe(4);
  expect(exitCodeOfTransport('CONFLICT')).toBe(5);
  expect(exitCodeOfTransport('TIMEOUT')).toBe(6);
  expect(exitCodeOfTransport('SERVICE_UNAVAILABLE')).toBe(7);
  expect(exitCodeOfTransport('INTERNAL_SERVER_ERROR')).toBe(1);
});
