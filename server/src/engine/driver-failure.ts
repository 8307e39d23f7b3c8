// Puts the driver's errors into the words and reasons of operations. By codes and classes, never by message text; and without
// the driver's error as cause, which knows the connection string.
import { OperationFailure } from '@holdfast/shared/failures';
import { type MongoError, MongoNetworkError, MongoServerError, MongoServerSelectionError } from 'mongodb';
import type { DeploymentAddress } from './connection-string.ts';
import { redactor } from './redact.ts';

/** Why no connection came about. Whatever `error` is, the result is an OperationFailure. */
export function connectFailure(error: unknown, address: DeploymentAddress, secrets: readonly string[]) {
  if (error instanceof MongoServerSelectionError) return unreachable(selectionProblem(error, address));
  const answer = answerFailure(error);
  if (answer !== undefined) return answer;
  const code = codeOf(error);
  if (address.srv && dnsCodes.includes(code)) {
    return unreachable(`The DNS has no servers under _mongodb._tcp.${address.hosts[0]} (${code}).`);
  }
  if (code === 'ENOENT' || code === 'EACCES') return unreachable(`A file of the TLS options cannot be read (${code}).`);
  return unreachable(`No connection: ${redactor(secrets)(messageOf(error))}.`);
}

/**
 * Runs commands on a connected client. A lost connection, and what the user may not do, come out as OperationFailure; what
 * should not happen at all comes out as it is.
 */
export async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw answerFailure(error) ?? (isLost(error) ? connectionLost() : error);
  }
}

/** Whether the server refused for want of a privilege. */
export function isNotAuthorized(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === serverCodes.unauthorized;
}

/** Whether what was asked about is not there (any more), or is a view now. */
export function isGone(error: unknown): boolean {
  return (
    error instanceof MongoServerError &&
    (error.code === serverCodes.namespaceNotFound || error.code === serverCodes.notOnView)
  );
}

/** Whether this kind of server does not have the command. */
export function isUnknownCommand(error: unknown): boolean {
  return (
    error instanceof MongoServerError &&
    (error.code === serverCodes.commandNotFound || error.code === serverCodes.commandNotSupported)
  );
}

const serverCodes = {
  unauthorized: 13,
  authenticationFailed: 18,
  namespaceNotFound: 26,
  commandNotFound: 59,
  commandNotSupported: 115,
  notOnView: 166,
  atlas: 8000,
} as const;

const dnsCodes = ['ENOTFOUND', 'ENODATA', 'ESERVFAIL', 'EREFUSED', 'ETIMEOUT', 'EAI_AGAIN'];

function unreachable(message: string): OperationFailure {
  return new OperationFailure('unreachable', message);
}

function answerFailure(error: unknown): OperationFailure | undefined {
  if (!(error instanceof MongoServerError)) return undefined;
  if (error.code === serverCodes.authenticationFailed || error.code === serverCodes.atlas) {
    return new OperationFailure('authentication-failed', 'The server does not accept this user and password.');
  }
  if (error.code === serverCodes.unauthorized) {
    return new OperationFailure('not-authorized', `The server says: ${firstWords(error)}.`);
  }
  return undefined;
}

function isLost(error: unknown): boolean {
  return (
    error instanceof MongoServerSelectionError ||
    error instanceof MongoNetworkError ||
    (error instanceof MongoServerError && shutdownCodes.includes(Number(error.code)))
  );
}

/** ShutdownInProgress, PrimarySteppedDown, NotWritablePrimary, InterruptedAtShutdown and their like. */
const shutdownCodes = [91, 189, 10_107, 11_600, 11_602, 13_435, 13_436];

function connectionLost(): OperationFailure {
  return new OperationFailure('connection-lost', 'The connection to the server was lost.');
}

/** What follows repeats the command with session and signature. */
function firstWords(error: MongoError): string {
  return redactor([])(error.message)
    .replace(/ to execute command \{ (\w+).*$/s, ' to execute $1')
    .slice(0, 300);
}

function selectionProblem(error: MongoServerSelectionError, address: DeploymentAddress): string {
  const servers = [...(error.reason?.servers.values() ?? [])];
  const names = servers.map((server) => server.address);
  if (names.length === 0) {
    return `No server at ${address.hosts.join(', ')} belongs to the replica set ${address.replicaSet ?? ''}.`;
  }
  const failing = servers.find((server) => server.error !== null) ?? servers[0];
  const problem = failing?.error ? networkProblem(failing.error, failing.address) : undefined;
  const alias = !address.srv && !names.some((name) => address.hosts.includes(name));
  if (alias) {
    return `The replica set names its members ${names.join(', ')}, which cannot be reached from here. ${problem ?? ''} To talk to ${address.hosts[0]} alone, add directConnection=true.`;
  }
  if (problem !== undefined) return problem;
  const answered = servers.some((server) => server.type !== 'Unknown');
  return answered ? `${names.join(', ')}: there is no primary now.` : `${names.join(', ')} did not answer in time.`;
}

function networkProblem(error: Error, server: string): string {
  const cause = innermost(error);
  const code = codeOf(cause);
  const words = networkWords[code];
  if (words !== undefined) return `${words(server)} (${code}).`;
  if (/CERT|SIGN/.test(code)) return `The certificate of ${server} is not trusted (${code}).`;
  if (/^ERR_SSL|^EPROTO$/.test(code)) return `${server} and this server do not agree on TLS (${code}).`;
  return `The connection to ${server} failed: ${redactor([])(messageOf(cause))}.`;
}

const networkWords: Readonly<Record<string, (server: string) => string>> = {
  ECONNREFUSED: (server) => `The connection to ${server} was refused`,
  ENOTFOUND: (server) => `The name of ${server} is not known`,
  EAI_AGAIN: (server) => `The name of ${server} could not be looked up`,
  ETIMEDOUT: (server) => `${server} did not answer in time`,
  EHOSTUNREACH: (server) => `There is no way to ${server}`,
  ENETUNREACH: (server) => `There is no way to ${server}`,
  ECONNRESET: (server) => `${server} closed the connection at once; one side may want TLS and the other not`,
  ERR_TLS_CERT_ALTNAME_INVALID: (server) => `The certificate of ${server} is for another name`,
};

function innermost(error: Error): Error {
  let inner = error;
  while (inner.cause instanceof Error) inner = inner.cause;
  return inner;
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code ?? '');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/, '') : 'unknown';
}
