// What an error of the driver means for an operation. Never repeats the connection string.
import { OperationFailure } from '@holdfast/shared/failures';
import { MongoError, MongoServerError, MongoServerSelectionError } from 'mongodb';
import type { DeploymentAddress } from './connection-string.ts';
import { secretsOf } from './connection-string.ts';
import { redactor } from './redact.ts';

const authenticationFailed = new Set([18, 11]);
const notAuthorized = 13;

/** The failure that a driver error stands for; anything else comes back as it is. */
export function classifyDriverError(error: unknown, address: DeploymentAddress): unknown {
  if (!(error instanceof MongoError)) return error;
  const where = address.hosts.join(', ');
  const cause = { cause: error };
  const server = serverError(error);
  if (server !== undefined && authenticationFailed.has(Number(server.code))) {
    return new OperationFailure('authentication-failed', `${where} refused the user name or password.`, cause);
  }
  if (server !== undefined && server.code === notAuthorized) {
    return new OperationFailure(
      'not-authorized',
      `The user may not do this on ${where}: ${clean(server.message, address)}`,
      cause,
    );
  }
  if (error instanceof MongoServerSelectionError) {
    return new OperationFailure('unreachable', `${where} does not answer: ${clean(error.message, address)}`, cause);
  }
  if (
    error.name === 'MongoNetworkError' ||
    error.name === 'MongoNetworkTimeoutError' ||
    error.name === 'MongoTopologyClosedError'
  ) {
    return new OperationFailure(
      'connection-lost',
      `The connection to ${where} broke off: ${clean(error.message, address)}`,
      cause,
    );
  }
  return error;
}

/** The driver wraps what the server said on the way to a connection. */
function serverError(error: Error): MongoServerError | undefined {
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    if (current instanceof MongoServerError) return current;
  }
  return undefined;
}

function clean(message: string, address: DeploymentAddress): string {
  return redactor(secretsOf(address.uri))(message);
}
