import { AppError } from '@holdfast/shared/errors';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseConnectionString, redactConnectionString, secretsOf } from './connection-string.ts';

describe('what is read out of a connection string', () => {
  test.each([
    ['mongodb://db.example', ['db.example:27017']],
    ['mongodb://DB.Example:27018/', ['db.example:27018']],
    ['mongodb://a:1,b,C:3/?replicaSet=rs0', ['a:1', 'b:27017', 'c:3']],
    ['mongodb://[::1]:27019/', ['[::1]:27019']],
    ['mongodb://[FE80::1],127.0.0.1/', ['[fe80::1]:27017', '127.0.0.1:27017']],
    ['mongodb+srv://Cluster0.example.net/', ['cluster0.example.net']],
    ['  mongodb://h\n', ['h:27017']],
    ['MongoDB://h', ['h:27017']],
  ])('%j has the hosts %j', (uri, hosts) => {
    expect(parseConnectionString(uri).hosts).toEqual(hosts);
  });

  test('all parts of it', () => {
    const uri = 'mongodb://us%40er:p%2Fw%25@h:1,i:2/sh%C3%B6p?replicaSet=rs%200&authSource=admin&tls=true';
    expect(parseConnectionString(uri)).toEqual({
      uri: 'mongodb://us%40er:p%2Fw%25@h:1,i:2/sh%C3%B6p?replicaSet=rs%200&authSource=admin&tls=true',
      hosts: ['h:1', 'i:2'],
      srv: false,
      database: 'shöp',
      replicaSet: 'rs 0',
      username: 'us@er',
    });
  });

  test('an SRV name, with nothing looked up', () => {
    expect(parseConnectionString('mongodb+srv://u:p@cluster0.example.net/shop?retryWrites=true')).toMatchObject({
      srv: true,
      hosts: ['cluster0.example.net'],
      database: 'shop',
      username: 'u',
      replicaSet: null,
    });
  });

  test('admin in the path says where the user lives and limits nothing', () => {
    expect(parseConnectionString('mongodb://u:p@h/admin').database).toBeNull();
  });

  test('options are found whatever their case', () => {
    expect(parseConnectionString('mongodb://h/?REPLICASET=rs0').replicaSet).toBe('rs0');
  });

  test('two spellings of one address have the same uri, and normalising it again changes nothing', () => {
    const { uri } = parseConnectionString('MONGODB://u:p%40@LocalHost,b:2?replicaSet=rs0');
    expect(uri).toBe('mongodb://u:p%40@localhost:27017,b:2/?replicaSet=rs0');
    expect(parseConnectionString(uri).uri).toBe(uri);
    expect(parseConnectionString('mongodb://u:p%40@localhost:27017,b:2/?replicaSet=rs0').uri).toBe(uri);
  });

  test.each([
    'mongodb://u@h/?authMechanism=MONGODB-X509&tls=true',
    'mongodb://CN%3Dme@h/?authMechanism=MONGODB-X509&tls=true&tlsCertificateKeyFile=/k.pem',
    'mongodb://h/?tls=true&tlsCAFile=/ca.pem&tlsAllowInvalidHostnames=true',
    'mongodb://h/?readPreference=secondary&readPreferenceTags=dc:east&readPreferenceTags=',
  ])('%s is accepted', (uri) => {
    expect(parseConnectionString(uri).hosts).toEqual(['h:27017']);
  });
});

function problemOf(uri: string): string {
  try {
    parseConnectionString(uri);
  } catch (error) {
    if (error instanceof AppError && error.code === 'INVALID_URI')
      return (error.details as { problem: string }).problem;
    throw error;
  }
  return 'accepted';
}

describe('what is refused, in words', () => {
  test.each([
    ['', 'it is empty.'],
    ['localhost:27017', 'it must begin with mongodb:// or mongodb+srv://.'],
    ['postgres://h/', 'it must begin with mongodb:// or mongodb+srv://.'],
    ['mongodb://', 'it names no host.'],
    ['mongodb://u:secret@', 'it names no host.'],
    ['mongodb:///tmp/mongodb-27017.sock', 'it names no host.'],
    ['mongodb://%2Ftmp%2Fmongodb-27017.sock/shop', 'Unix domain sockets are not supported'],
    ['mongodb://a,,b', 'one of the hosts between the commas is empty.'],
    ['mongodb://a:0', 'a port is not a number from 1 to 65535.'],
    ['mongodb://a:70000', 'a port is not a number from 1 to 65535.'],
    ['mongodb://a:27017x', 'a port is not a number from 1 to 65535.'],
    ['mongodb://a:', 'a port is not a number from 1 to 65535.'],
    ['mongodb://a,::1', 'an IPv6 address is written in brackets: [::1].'],
    ['mongodb://[nonsense]:1', '[nonsense] is not an IPv6 address.'],
    ['mongodb://a b', 'a host contains a character that no host name has.'],
    ['mongodb+srv://a.b.c:27017', 'mongodb+srv:// takes one name without a port'],
    ['mongodb+srv://a.b.c,d.e.f', 'mongodb+srv:// takes one name without a port'],
    ['mongodb+srv://localhost', 'localhost is no name that mongodb+srv:// could look up'],
    ['mongodb://u:p@ss@h', 'percent-encode them (@ becomes %40).'],
    ['mongodb://u:p/ss@h', 'percent-encode them'],
    ['mongodb://u:p:ss@h', 'percent-encode them'],
    ['mongodb://u:p#ss@h', 'percent-encode them'],
    ['mongodb://u:p ss@h', 'percent-encode them'],
    ['mongodb://u:100%@h', 'is not followed by two hexadecimal digits'],
    ['mongodb://:p@h', 'a user name is missing before the @.'],
    ['mongodb://@h', 'a user name is missing before the @.'],
    ['mongodb://u@h', 'it names a user but no password.'],
    ['mongodb://u:@h', 'it names a user but no password.'],
    ['mongodb://h/a.b', 'cannot be a database name'],
    ['mongodb://h/a/b', 'cannot be a database name'],
    ['mongodb://h/local', "the database local holds the server's own data"],
    ['mongodb://h/config', "the database config holds the server's own data"],
    ['mongodb://h/%E0%A4%A', 'it is not well-formed.'],
    ['mongodb://h/?fancyOption=1', 'option fancyoption is not supported.'],
    ['mongodb://h/?tls', '"tls" cannot be specified with no value.'],
    ['mongodb://u:p@h/?authMechanism=NONSENSE', 'authMechanism'],
    ['mongodb://h/?proxyHost=p', 'SOCKS proxy'],
    ['mongodb://h/?authMechanism=MONGODB-OIDC', 'MONGODB-OIDC'],
  ])('%s: %s', (uri, problem) => {
    expect(problemOf(uri)).toContain(problem);
  });

  function expectNotRepeated(password: string, rest: string): void {
    const problem = problemOf(`mongodb://user:${password}${rest}`);
    expect(problem).not.toContain('S3cr');
    expect(problem).not.toContain('T0p');
  }

  const passwordOf = (characters: string) =>
    fc
      .string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 16 })
      .map((middle) => `S3cr${middle}T0p`);

  test('never with the password in the words, whatever is wrong', () => {
    const rest = fc.constantFrom('@h', '@', '@h/a.b', '@h:x', '@h/?nonsense=1', '@[', '@h?tls=maybe', '/@h', '@a,,b');
    fc.assert(fc.property(passwordOf('aB3$@:/?#%[] ,&='), rest, expectNotRepeated), { numRuns: 2000 });
  });

  test('nor where the @ and what follows it were forgotten', () => {
    const rest = fc.constantFrom('', '/shop', '/?tls=true');
    fc.assert(fc.property(passwordOf('aB3$:/?#%[] ,&='), rest, expectNotRepeated), { numRuns: 2000 });
  });
});

describe('a redacted connection string', () => {
  test.each([
    ['mongodb://u:p@h:1/db?x=1', 'mongodb://<redacted>@h:1/db?x=1'],
    ['mongodb+srv://u:p@h.i.j/', 'mongodb+srv://<redacted>@h.i.j/'],
    ['mongodb://u:p@a ss@w@h/', 'mongodb://<redacted>@h/'],
    ['mongodb://h/', 'mongodb://h/'],
    [
      'mongodb://h/?tlsCertificateKeyFilePassword=secret&tls=true',
      'mongodb://h/?tlsCertificateKeyFilePassword=<redacted>&tls=true',
    ],
    [
      'mongodb://h/?authMechanismProperties=AWS_SESSION_TOKEN:secret',
      'mongodb://h/?authMechanismProperties=<redacted>',
    ],
    ['not a uri', 'not a uri'],
  ])('%s is shown as %s', (uri, shown) => {
    expect(redactConnectionString(uri)).toBe(shown);
  });
});

test('the secrets of a connection string are found, decoded', () => {
  const uri =
    'mongodb://u:p%40ss@h/?tlsCertificateKeyFilePassword=k%25y&authMechanismProperties=SERVICE_NAME:x,AWS_SESSION_TOKEN:tok';
  expect(secretsOf(uri)).toEqual(['p@ss', 'k%y', 'tok']);
});
