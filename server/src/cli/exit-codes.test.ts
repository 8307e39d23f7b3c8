import { readFileSync } from 'node:fs';
import { type ErrorCode, errorCatalogue } from '@holdfast/shared/errors';
import { type FailureReason, failureReason } from '@holdfast/shared/failures';
import { describe, expect, it } from 'vitest';
import { exitCodeOfFailure, exitCodeOfRefusal, exitCodeOfTransport } from './exit-codes.ts';

const page = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');

/** What docs/cli.md promises: the rows of its table of exit codes. Those of the command line itself are no refusals. */
const promised = [...page.matchAll(/^\| (\d+) \|[^|]*\|(.*)\|$/gm)].flatMap(([, status, row]) =>
  [...(row ?? '').matchAll(/`([A-Z_]+)`/g)]
    .filter(([, code]) => (code ?? '') in errorCatalogue)
    .map(([, code]) => [code as ErrorCode, Number(status)] as const),
);

describe('refusals', () => {
  it('are all in the documentation, once', () => {
    expect(promised.map(([code]) => code).sort()).toEqual(Object.keys(errorCatalogue).sort());
  });

  it.each(promised)('%s exits with %d', (code, status) => {
    expect(exitCodeOfRefusal(code)).toBe(status);
  });

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
