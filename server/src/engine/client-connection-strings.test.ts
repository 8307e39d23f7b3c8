import { describe, expect, test } from 'vitest';
import { driverConnectionString, toolConnectionString, toolTimeouts } from './client-connection-strings.ts';
import { parseConnectionString } from './connection-string.ts';

const tool = (uri: string, options = {}) => toolConnectionString(parseConnectionString(uri), options);

describe('the connection string for the tools', () => {
  test.each([
    ['no user, no source', 'mongodb://h/shop', 'mongodb://h:27017/'],
    [
      'the database in the path is where the user lives',
      'mongodb://u:p@h/shop',
      'mongodb://u:p@h:27017/?authSource=shop',
    ],
    ['without one it is admin, whatever --db says', 'mongodb://u:p@h', 'mongodb://u:p@h:27017/?authSource=admin'],
    ['authSource wins', 'mongodb://u:p@h/shop?authSource=people', 'mongodb://u:p@h:27017/?authSource=people'],
    ['for an SRV name it is admin', 'mongodb+srv://u:p@a.b.c/shop', 'mongodb+srv://u:p@a.b.c/?authSource=admin'],
    [
      'certificates live outside',
      'mongodb://u@h/shop?authMechanism=MONGODB-X509&tls=true',
      'mongodb://u@h:27017/?authMechanism=MONGODB-X509&tls=true',
    ],
    [
      'PLAIN without a database, too',
      'mongodb://u:p@h/?authMechanism=PLAIN',
      'mongodb://u:p@h:27017/?authMechanism=PLAIN&authSource=%24external',
    ],
  ])('%s', (_, uri, expected) => {
    expect(tool(uri)).toBe(expected);
  });

  test('has no timeouts and no write concern, whatever their case', () => {
    const uri =
      'mongodb://h/?connectTimeoutMS=9&SOCKETTIMEOUTMS=9&serverSelectionTimeoutMS=9&timeoutMS=9&w=0&journal=false&wtimeoutMS=1&retryWrites=true';
    expect(tool(uri)).toBe('mongodb://h:27017/?retryWrites=true');
  });

  test('keeps the read preference for a dump, and reads from the primary for a restore', () => {
    const uri = 'mongodb://h/?replicaSet=rs0&readPreference=secondary&readPreferenceTags=dc:east&readPreferenceTags=';
    expect(tool(uri)).toContain('readPreference=secondary&readPreferenceTags=dc%3Aeast&readPreferenceTags=');
    expect(tool(uri, { primaryOnly: true })).toBe('mongodb://h:27017/?replicaSet=rs0');
  });

  test('says in the words of the tools that certificates are not checked', () => {
    expect(tool('mongodb://h/?tls=true&tlsAllowInvalidHostnames=true')).toBe(
      'mongodb://h:27017/?tls=true&tlsInsecure=true',
    );
    expect(tool('mongodb://h/?tls=true&tlsAllowInvalidCertificates=false')).toBe('mongodb://h:27017/?tls=true');
  });

  test('names the replica set that was found, except for a direct connection', () => {
    const found = (uri: string) => toolConnectionString({ ...parseConnectionString(uri), replicaSet: 'rs0' });
    expect(found('mongodb://h')).toBe('mongodb://h:27017/?replicaSet=rs0');
    expect(found('mongodb://h/?directConnection=true')).toBe('mongodb://h:27017/?directConnection=true');
  });

  test('keeps credentials percent-encoded, several seeds and IPv6', () => {
    expect(tool('mongodb://a%40b:c%2Fd%25@[::1]:5,h:6/?replicaSet=rs0')).toBe(
      'mongodb://a%40b:c%2Fd%25@[::1]:5,h:6/?replicaSet=rs0&authSource=admin',
    );
  });
});

test('the driver signs in where the tools do, uses the primary and a majority, and needs no native parts', () => {
  const address = parseConnectionString('mongodb://u:p@h/shop?compressors=zstd,snappy&w=0&readPreference=secondary');
  expect(driverConnectionString(address)).toBe('mongodb://u:p@h:27017/?authSource=shop&w=majority');
});

describe('timeouts of the tools', () => {
  test.each([
    ['mongodb://h', 8, { serverSelectionSeconds: 8, dialSeconds: 5 }],
    [
      'mongodb://h/?serverSelectionTimeoutMS=1500&connectTimeoutMS=10000',
      8,
      { serverSelectionSeconds: 2, dialSeconds: 10 },
    ],
    [
      'mongodb://h/?serverSelectionTimeoutMS=3600000&connectTimeoutMS=0',
      2,
      { serverSelectionSeconds: 30, dialSeconds: 2 },
    ],
  ])('%s, default %d s', (uri, seconds, expected) => {
    expect(toolTimeouts(parseConnectionString(uri), seconds)).toEqual(expected);
  });
});
