import { OperationFailure } from '@holdfast/shared/failures';
import { MongoBulkWriteError, MongoNetworkError, MongoServerError } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { createLogger } from './create-logger.ts';

const said = {
  message: 'dup key: { email: "secret" }',
  code: 11_000,
  codeName: 'DuplicateKey',
  keyValue: { email: 'secret' },
};
const answer = () => new MongoServerError(said);

function logged(err: unknown): { err: Record<string, unknown>; line: string } {
  const lines: string[] = [];
  createLogger('info', { write: (text) => void lines.push(text) }).error({ err }, 'it went wrong');
  const line = lines.join('');
  return { err: JSON.parse(line).err, line };
}

describe('the log', () => {
  it.each([
    ['an error of a server', answer],
    [
      'one that is a cause',
      () => new OperationFailure('internal', 'It failed.', { cause: new Error('x', { cause: answer() }) }),
    ],
    ['one of several', () => new AggregateError([new Error('other'), answer()], 'All failed.')],
    ['one in a field', () => Object.assign(new Error('It failed.'), { inner: answer(), all: [answer()] })],
    ['one of a bulk write', () => new MongoBulkWriteError(said, { insertedCount: 0 } as never)],
  ])('has of %s no value of a document', (_what, make) => {
    const { line } = logged(make());
    expect(line).not.toContain('secret');
    expect(line).toContain('the server answered DuplicateKey (11000)');
  });

  it('has of every other error all that it says, with where it comes from', () => {
    const error = new MongoNetworkError('connection 3 to 127.0.0.1:27017 closed', { cause: new Error('ECONNRESET') });
    const { err } = logged(error);
    expect(err.type).toBe('MongoNetworkError');
    expect(err.message).toBe('connection 3 to 127.0.0.1:27017 closed: ECONNRESET');
    expect(err.stack).toContain('create-logger.test.ts');
    expect(error.message).toBe('connection 3 to 127.0.0.1:27017 closed');
  });

  it('ends with errors that are their own cause', () => {
    const error = new Error('round');
    error.cause = error;
    expect(logged(error).err.type).toBe('Error');
  });
});
