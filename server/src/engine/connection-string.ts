// The connection strings of deployments, checked and taken apart. What driver and tools are given is made of them in
// `client-connection-strings.ts`.
import { MongoClient } from 'mongodb';
import { ConnectionString } from 'mongodb-connection-string-url';
import { invalidUri } from './invalid-uri.ts';
import { parseHosts } from './parse-hosts.ts';
import { redacted, redactor } from './redact.ts';

/** Where a deployment is. `uri` holds the password: never log it. */
export interface DeploymentAddress {
  /** Normalised: lower-case scheme and hosts, every port said. Two spellings of one address have the same. */
  readonly uri: string;
  /** `host:port` of each seed, IPv6 in brackets; or the one SRV name, without a port. */
  readonly hosts: string[];
  readonly srv: boolean;
  /** The scope: the database in the path. `admin` there only says where the user lives, and is no scope. */
  readonly database: string | null;
  readonly replicaSet: string | null;
  readonly username: string | null;
}

/** Takes a connection string apart. Raises INVALID_URI, which says what is wrong and never repeats the password. */
export function parseConnectionString(uri: string): DeploymentAddress {
  const text = uri.trim();
  checkScheme(text);
  checkCredentials(text);
  const parsed = parse(text);
  const hosts = parseHosts(parsed.hosts, parsed.isSRV);
  parsed.hosts = hosts;
  checkLogin(parsed);
  checkOptions(parsed);
  return {
    uri: parsed.toString(),
    hosts,
    srv: parsed.isSRV,
    database: scope(parsed.pathname),
    replicaSet: parsed.searchParams.get('replicaSet') || null,
    username: decodeURIComponent(parsed.username) || null,
  };
}

/** The address with the set's name as the server says it: a single seed may by now be a secondary, which takes no writes. */
export function throughSet(
  address: DeploymentAddress,
  server: { readonly replicaSet: string | null },
): DeploymentAddress {
  return { ...address, replicaSet: address.replicaSet ?? server.replicaSet };
}

/** Every secret that a connection string holds, decoded. */
export function secretsOf(uri: string): string[] {
  const parsed = new ConnectionString(uri);
  const option = (name: string) => parsed.searchParams.get(name) ?? '';
  const properties = option('authMechanismProperties')
    .split(',')
    .map((property) => /^AWS_SESSION_TOKEN:(.*)$/i.exec(property)?.[1] ?? '');
  return [
    decodeURIComponent(parsed.password),
    option('tlsCertificateKeyFilePassword'),
    option('sslPEMKeyPassword'),
    ...properties,
  ].filter((secret) => secret !== '');
}

/** A connection string without credentials, for people. Takes any text, well-formed or not. */
export function redactConnectionString(uri: string): string {
  // A malformed password may hold spaces and further @: everything up to the last one goes.
  return redactor([])(uri.replace(/:\/\/.*@/s, `://${redacted}@`));
}

function checkScheme(text: string): void {
  if (text === '') invalidUri('it is empty.');
  if (!/^mongodb(\+srv)?:\/\//i.test(text)) invalidUri('it must begin with mongodb:// or mongodb+srv://.');
}

/** The parser's own errors repeat what was typed, so that the usual mistakes are named here. */
function checkCredentials(text: string): void {
  const afterScheme = text.slice(text.indexOf('://') + 3);
  const at = afterScheme.lastIndexOf('@');
  if (at === -1) return;
  const [user = '', ...password] = afterScheme.slice(0, at).split(':');
  if (user === '') invalidUri('a user name is missing before the @.');
  if (/[/?#[\]@\s]/.test(user + password.join(':')) || password.length > 1) {
    invalidUri(
      'user name and password must not contain : / ? # [ ] @ or a space as they are; percent-encode them (@ becomes %40).',
    );
  }
  if (/%(?![0-9a-f]{2})/i.test(user + password.join(''))) {
    invalidUri('a % in the user name or password is not followed by two hexadecimal digits; % itself is written %25.');
  }
}

function parse(text: string): ConnectionString {
  try {
    const parsed = new ConnectionString(text.replace(/^[^:]+/, (scheme) => scheme.toLowerCase()));
    // Broken percent-encoding anywhere would otherwise show up later, in places that expect none.
    for (const part of [parsed.username, parsed.password, parsed.pathname, ...parsed.hosts]) decodeURIComponent(part);
    return parsed;
  } catch {
    const authority = /^[^:]+:\/\/(?:[^@]*@)?([^/?]*)/.exec(text)?.[1];
    if (!authority) invalidUri('it names no host.');
    if (/^mongodb\+srv:/i.test(text) && /[,:]/.test(authority)) {
      invalidUri('mongodb+srv:// takes one name without a port; its servers are looked up in the DNS.');
    }
    invalidUri('it is not well-formed.');
  }
}

function scope(pathname: string): string | null {
  const database = decodeURIComponent(pathname.replace(/^\//, ''));
  if (database === '' || database === 'admin') return null;
  if (database === 'local' || database === 'config') {
    invalidUri(`the database ${database} holds the server's own data and is not backed up.`);
  }
  if (/[/\\. "$*<>:|?\0]/.test(database) || Buffer.byteLength(database) > 63) {
    invalidUri(
      'the database after the host cannot be a database name (1 to 63 bytes, none of / \\ . " $ * < > : | ? or a space).',
    );
  }
  return database;
}

const mechanismsWithoutPassword = /^(MONGODB-X509|GSSAPI|MONGODB-AWS)$/i;

/** The tools would ask for a missing password on the terminal, and wait. */
function checkLogin(parsed: ConnectionString): void {
  const mechanism = parsed.searchParams.get('authMechanism') ?? '';
  if (parsed.username !== '' && parsed.password === '' && !mechanismsWithoutPassword.test(mechanism)) {
    invalidUri('it names a user but no password.');
  }
  if (/^MONGODB-OIDC$/i.test(mechanism)) invalidUri('mongodump and mongorestore cannot sign in with MONGODB-OIDC.');
  if (parsed.searchParams.has('proxyHost'))
    invalidUri('mongodump and mongorestore cannot go through a SOCKS proxy (proxyHost).');
}

/** Options are judged by the driver itself; making a client opens no connection. */
function checkOptions(parsed: ConnectionString): void {
  try {
    new MongoClient(parsed.toString());
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    invalidUri(`${redactor(secretsOf(parsed.toString()))(problem)}.`.replace(/\.+$/, '.'));
  }
}
