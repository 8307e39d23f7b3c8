import { MongoNetworkError, MongoServerError, MongoServerSelectionError } from 'mongodb';
import { describe, expect, test } from 'vitest';
import { parseConnectionString } from './connection-string.ts';
import { connectFailure, explained } from './driver-failure.ts';

const address = parseConnectionString('mongodb://u:S3cret@h:1/?replicaSet=rs0');

/** As the driver reports that no server could be chosen: what it knows of each server, by address. */
function selectionError(servers: Record<string, { type?: string; code?: string }>): MongoServerSelectionError {
  const described = Object.entries(servers).map(([name, { type = 'Unknown', code }]) => {
    const cause = Object.assign(new Error(`failed on ${name}`), { code });
    const error = code === undefined ? null : new MongoNetworkError(cause.message, { cause });
    return [name, { address: name, type, error }] as const;
  });
  return new MongoServerSelectionError('Server selection timed out', { servers: new Map(described) } as never);
}

describe('why a connection did not come about', () => {
  test.each([
    [{ 'h:1': { code: 'ECONNREFUSED' } }, 'The connection to h:1 was refused (ECONNREFUSED).'],
    [{ 'h:1': { code: 'ENOTFOUND' } }, 'The name of h:1 is not known (ENOTFOUND).'],
    [{ 'h:1': {}, 'i:2': { code: 'EHOSTUNREACH' } }, 'There is no way to i:2 (EHOSTUNREACH).'],
    [{ 'h:1': { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } }, 'The certificate of h:1 is not trusted'],
    [{ 'h:1': { code: 'CERT_HAS_EXPIRED' } }, 'The certificate of h:1 is not trusted (CERT_HAS_EXPIRED).'],
    [{ 'h:1': { code: 'ERR_TLS_CERT_ALTNAME_INVALID' } }, 'The certificate of h:1 is for another name'],
    [{ 'h:1': { code: 'ERR_SSL_WRONG_VERSION_NUMBER' } }, 'h:1 and this server do not agree on TLS'],
    [{ 'h:1': { code: 'ESTRANGE' } }, 'The connection to h:1 failed: failed on h:1.'],
    [{ 'h:1': {} }, 'h:1 did not answer in time.'],
    [{ 'h:1': { type: 'RSSecondary' }, 'i:2': {} }, 'h:1, i:2: there is no primary now.'],
    [{}, 'No server at h:1 belongs to the replica set rs0.'],
    [
      { 'internal-0:27017': { code: 'ENOTFOUND' } },
      'The replica set names its members internal-0:27017, which cannot be reached from here. The name of internal-0:27017 is not known (ENOTFOUND). To talk to h:1 alone, add directConnection=true.',
    ],
  ])('%j: %s', (servers, message) => {
    const failure = connectFailure(selectionError(servers), address, []);
    expect(failure.reason).toBe('unreachable');
    expect(failure.message).toContain(message);
  });

  test.each([
    [18, 'authentication-failed', 'The server does not accept this user and password.'],
    [8000, 'authentication-failed', 'The server does not accept this user and password.'],
    [13, 'not-authorized', 'The server says: not authorized on admin to execute ping.'],
  ])('the server answers with code %d: %s', (code, reason, message) => {
    const answer = new MongoServerError({
      message: 'not authorized on admin to execute command { ping: 1, lsid: { id: 1 } }',
      code,
    });
    expect(connectFailure(answer, address, [])).toMatchObject({ reason, message });
  });

  test('a name without servers in the DNS, and a certificate file that is not there', () => {
    const srv = parseConnectionString('mongodb+srv://cluster0.example.net');
    const failedWith = (code: string) => Object.assign(new Error('x'), { code });
    expect(connectFailure(failedWith('ENOTFOUND'), srv, []).message).toBe(
      'The DNS has no servers under _mongodb._tcp.cluster0.example.net (ENOTFOUND).',
    );
    expect(connectFailure(failedWith('ENOENT'), address, []).message).toBe(
      'A file of the TLS options cannot be read (ENOENT).',
    );
  });

  test('nothing of the connection string is told, and the error that knows it is not kept', () => {
    const failure = connectFailure(new Error(`cannot use ${address.uri} with S3cret`), address, ['S3cret']);
    expect(failure.message).toBe('No connection: cannot use mongodb://<redacted>@h:1/?replicaSet=rs0 with <redacted>.');
    expect(failure.cause).toBeUndefined();
  });
});

describe('on a connection that exists', () => {
  const failing = (error: unknown) => explained(() => Promise.reject(error)).catch((reason: unknown) => reason);

  test.each([
    new MongoNetworkError('connection 1 to h:1 closed'),
    selectionError({ 'h:1': {} }),
    new MongoServerError({ message: 'interrupted at shutdown', code: 11_600 }),
  ])('%s is a lost connection', async (error) => {
    expect(await failing(error)).toMatchObject({ reason: 'connection-lost' });
  });

  test('a missing privilege is one, and what nobody expects stays as it is', async () => {
    const refusal = new MongoServerError({
      message: 'not authorized on shop to execute command { find: 1 }',
      code: 13,
    });
    expect(await failing(refusal)).toMatchObject({ reason: 'not-authorized' });
    const defect = new MongoServerError({ message: 'unknown operator', code: 2 });
    expect(await failing(defect)).toBe(defect);
  });
});
