import { OperationFailure } from '@holdfast/shared/failures';
import { TRPCClientError } from '@trpc/client';
import { expect, it } from 'vitest';
import { ConfigError } from '../config.ts';
import { errorReport } from './error-report.ts';

const url = 'http://127.0.0.1:4400';

it('keeps code, details and hint of a refusal', () => {
  const app = { code: 'BACKUP_NOT_FOUND', details: { id: 'b' }, hint: 'List them.' };
  expect(errorReport(answered('There is no backup b.', { code: 'NOT_FOUND', app }), url)).toEqual({
    code: 'BACKUP_NOT_FOUND',
    message: 'There is no backup b.',
    hint: 'List them.',
    details: { id: 'b' },
    exitCode: 4,
  });
});

it("exits by a failed operation's reason", () => {
  const details = { reason: 'timed-out', message: 'Too slow.', hint: 'Raise it.' };
  const app = { code: 'OPERATION_FAILED', details, hint: 'The details say what to do.' };
  const report = errorReport(answered('Too slow.', { code: 'PRECONDITION_FAILED', app }), url);
  expect(report).toMatchObject({ exitCode: 6, hint: 'Raise it.' });
  expect(errorReport(new OperationFailure('tool-missing', 'no mongodump'), url).exitCode).toBe(1);
});

it('names the id under which a defect is logged, and nothing else of it', () => {
  const report = errorReport(answered('Internal error', { code: 'INTERNAL_SERVER_ERROR', defectId: 'd-1' }), url);
  expect(report).toMatchObject({ code: 'INTERNAL', message: 'Internal error', exitCode: 1 });
  expect(report.hint).toContain('d-1');
});

it('exits with 2 for input that the server does not take', () => {
  const problems = ['limit must be from 1 to 200'];
  const report = errorReport(answered(problems[0] ?? '', { code: 'BAD_REQUEST', problems }), url);
  expect(report).toMatchObject({ code: 'BAD_REQUEST', exitCode: 2, details: { problems } });
});

it('says where it called when nobody answers', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  const report = errorReport(TRPCClientError.from(new TypeError('fetch failed', { cause: refused })), url);
  expect(report).toMatchObject({ code: 'SERVER_UNREACHABLE', exitCode: 7 });
  expect(report.message).toBe('No server answers at http://127.0.0.1:4400: ECONNREFUSED.');
});

it('tells another kind of server from none', () => {
  const report = errorReport(TRPCClientError.from(new SyntaxError("Unexpected token '<'")), url);
  expect(report).toMatchObject({ code: 'UNEXPECTED_ANSWER', exitCode: 1 });
});

it('exits with 2 for a setting that cannot be used', () => {
  expect(errorReport(new ConfigError('PORT is "x".'), url)).toMatchObject({ message: 'PORT is "x".', exitCode: 2 });
});

function answered(message: string, data: object): TRPCClientError<never> {
  return TRPCClientError.from({ error: { code: -32_000, message, data } } as never);
}
