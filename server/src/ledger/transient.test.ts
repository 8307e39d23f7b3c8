import { MongoBulkWriteError, type MongoError, MongoNetworkError, MongoServerError } from 'mongodb';
import { expect, it } from 'vitest';
import { isTransient } from './transient.ts';

/** As the driver wraps what broke a bulk write off. */
const bulk = (inner: MongoError) => new MongoBulkWriteError(inner as never, {} as never);

it('an error inside of a bulk write counts as it does by itself', () => {
  expect(isTransient(new MongoNetworkError('read ECONNRESET'))).toBe(true);
  expect(isTransient(bulk(new MongoNetworkError('read ECONNRESET')))).toBe(true);
  expect(isTransient(bulk(new MongoServerError({ message: 'not primary', code: 10_107 })))).toBe(true);
  expect(isTransient(bulk(new MongoServerError({ message: 'duplicate key', code: 11_000 })))).toBe(false);
});
