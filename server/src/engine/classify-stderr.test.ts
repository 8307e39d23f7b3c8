import { describe, expect, test } from 'vitest';
import {
  classifyLine,
  fatalText,
  parseDumped,
  parseRestored,
  parseRestoreSummary,
  type SaidReason,
} from './classify-stderr.ts';

const at = '2026-11-24T16:46:27.064+0000\t';

describe('why a tool gave up', () => {
  test.each<[SaidReason | null, string]>([
    [
      'authentication-failed',
      `Failed: can't create session: failed to connect to mongodb://root:pw@127.0.0.1:40653/?replicaSet=rs0&authSource=admin: connection() error occurred during connection handshake: auth error: unable to authenticate using mechanism "SCRAM-SHA-256": (AuthenticationFailed) Authentication failed.`,
    ],
    [
      'authentication-failed',
      'error connecting to host: failed to connect to mongodb://root:pw@127.0.0.1:40653/: connection() error occurred during connection handshake: auth error: unable to authenticate using mechanism "SCRAM-SHA-256": (AuthenticationFailed) Authentication failed.',
    ],
    [
      'authentication-failed',
      'Failed: error creating intents to dump: error getting collections for database `shop`: (Unauthorized) command listCollections requires authentication',
    ],
    [
      'not-authorized',
      'Failed: error creating intents to dump: error getting collections for database `shop`: (Unauthorized) not authorized on shop to execute command { listCollections: 1, filter: {}, cursor: {} }',
    ],
    [
      'not-authorized',
      'Failed: shop.b: error reading database: (Unauthorized) not authorized on shop to execute command { listCollections: 1, filter: {}, cursor: {} }',
    ],
    [
      'unreachable',
      "Failed: can't create session: failed to connect to mongodb://root:pw@127.0.0.1:1/: server selection error: server selection timeout, current topology: { Type: Single, Servers: [{ Addr: 127.0.0.1:1, Type: Unknown, Last error: dial tcp 127.0.0.1:1: connect: connection refused }, ] }",
    ],
    [
      'unreachable',
      'error connecting to host: failed to connect to mongodb://root:pw@nosuch.invalid:1/?replicaSet=rs0: server selection error: server selection timeout, current topology: { Type: ReplicaSetNoPrimary, Servers: [{ Addr: nosuch.invalid:1, Type: Unknown, Last error: dial tcp: lookup nosuch.invalid on 10.0.0.1:53: no such host }, ] }',
    ],
    [
      'unreachable',
      'error parsing command line options: error parsing uri: lookup _mongodb._tcp.nosuch.invalid on 10.0.0.1:53: no such host',
    ],
    [
      'connection-lost',
      'Failed: error writing data for collection `shop.a` to disk: error reading collection: connection pool for 127.0.0.1:40653 was cleared because another operation failed with: dial tcp 127.0.0.1:40653: connect: connection refused',
    ],
    [
      'connection-lost',
      'Failed: shop.a: error restoring from archive on stdin: server selection error: server selection timeout, current topology: { Type: ReplicaSetNoPrimary, Servers: [{ Addr: 127.0.0.1:40653, Type: Unknown, Last error: dial tcp 127.0.0.1:40653: connect: connection refused }, ] }',
    ],
    [
      'connection-lost',
      'Failed: error writing data for collection `shop.a` to disk: error reading collection: connection(127.0.0.1:40653[-5]) incomplete read of message header: EOF',
    ],
    [
      'connection-lost',
      'Failed: error writing data for collection `shop.a` to disk: error reading collection: (InterruptedAtShutdown) interrupted at shutdown',
    ],
    [
      null,
      'Failed: archive writer: error writing data for collection `shop.b` to disk: short write / write /dev/stdout: broken pipe',
    ],
    [null, 'Failed: error writing data for collection `shop.a` to disk: received termination signal'],
    [null, 'Failed: I/O failure reading beginning of archive: EOF'],
    [
      null,
      'Failed: shop.a: error restoring from archive on stdin: reading bson input: error demultiplexing archive; archive io error',
    ],
    [
      null,
      'Failed: shop.b: error restoring from archive on stdin: bulk write exception: write errors: [E11000 duplicate key error collection: shop.b index: t_1 dup key: { t: "not authorized on it, server selection error" }]',
    ],
    [null, 'continuing through error: Document failed validation'],
    [null, 'error parsing command line options: unknown option "nonsense"'],
    [null, 'done dumping shop.auth error (2000 documents)'],
    [null, 'writing shop.(Unauthorized) to archive on stdout'],
  ])('%s: %s', (reason, text) => {
    expect(classifyLine(at + text)).toBe(reason);
    expect(classifyLine(text)).toBe(reason);
  });
});

test('the words with which a tool gives up, without time and label', () => {
  expect(fatalText(`${at}Failed: it broke`)).toBe('it broke');
  expect(fatalText(`${at}error connecting to host: it broke`)).toBe('error connecting to host: it broke');
  expect(fatalText(`${at}[####....]  shop.a  101/2000  (5.1%)`)).toBeNull();
});

test.each([
  ['done dumping shop.a (2000 documents)', { namespace: 'shop.a', documents: 2000 }],
  ['done dumping shop.b (1 document)', { namespace: 'shop.b', documents: 1 }],
  ['done dumping shop.odd (7 documents) (0 documents)', { namespace: 'shop.odd (7 documents)', documents: 0 }],
  ['writing shop.a to archive on stdout', null],
  ['done dumping shop.a (many documents)', null],
])('mongodump: %s', (text, expected) => {
  expect(parseDumped(at + text)).toEqual(expected);
});

test.each([
  ['finished restoring shop.a (49 documents, 0 failures)', { namespace: 'shop.a', restored: 49, failed: 0 }],
  ['finished restoring shop.b (1 document, 1 failure)', { namespace: 'shop.b', restored: 1, failed: 1 }],
  ['restoring shop.b from archive on stdin', null],
])('mongorestore: %s', (text, expected) => {
  expect(parseRestored(at + text)).toEqual(expected);
});

test.each([
  ['0 document(s) restored successfully. 2001 document(s) failed to restore.', { restored: 0, failed: 2001 }],
  ['2001 document(s) restored successfully. 0 document(s) failed to restore.', { restored: 2001, failed: 0 }],
  ['5 document(s) restored successfully.', null],
  ['done', null],
])('mongorestore at its end: %s', (text, expected) => {
  expect(parseRestoreSummary(at + text)).toEqual(expected);
});
