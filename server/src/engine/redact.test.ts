import { describe, expect, it } from 'vitest';
import { redactor } from './redact.ts';

describe('a line of a tool', () => {
  it.each([
    [
      'continuing through error: E11000 duplicate key error collection: u.a index: email_1 dup key: { email: "secret" }',
      'continuing through error: E11000 duplicate key error collection: u.a index: email_1 dup key: <redacted>',
    ],
    [
      `Failed: g.a: error restoring from archive on stdin: bulk write exception: write errors: [Can't extract geo keys: { _id: 1, loc: "secret" }  geo element must be an array or object: loc: "secret"]`,
      `Failed: g.a: error restoring from archive on stdin: bulk write exception: write errors: [Can't extract geo keys: <redacted>`,
    ],
    [
      'write errors: [Document failed validation: {"failingDocumentId": "secret","details": {"consideredValue": "secret"}}]',
      'write errors: [Document failed validation: <redacted>',
    ],
    [
      `createIndex error: (Location16755) Index build failed: 4365: Collection j.a ( 4656 ) :: caused by :: Can't extract geo keys: { loc: "secret" }`,
      `createIndex error: (Location16755) Index build failed: 4365: Collection j.a ( 4656 ) :: caused by :: Can't extract geo keys: <redacted>`,
    ],
    [
      '(BSONObjectTooLarge) Size must be between 0 and 16793600(16MB) First element: _id: "secret"',
      '(BSONObjectTooLarge) Size must be between 0 and 16793600(16MB) First element: <redacted>',
    ],
  ])('holds no value of a document: %s', (line, expected) => {
    expect(redactor([])(line)).toBe(expected);
  });

  it.each([
    '10 document(s) restored successfully. 0 document(s) failed to restore.',
    'server selection error: server selection timeout, current topology: { Type: ReplicaSetNoPrimary, Servers: [{ Addr: a:1 }] }',
    'index: &idx.IndexDocument{Options:primitive.M{"name":"email_1"}}',
    'shop.orders: createIndex error: (IndexOptionsConflict) an index with the same name exists, and these are: { v: 2 }',
  ])('stays as it is where no document is spoken of: %s', (line) => {
    expect(redactor([])(line)).toBe(line);
  });
});
