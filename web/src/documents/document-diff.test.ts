import { parseOrderedJson } from '@holdfast/shared/ordered-json';
import { describe, expect, it } from 'vitest';
import { diffDocuments } from './document-diff.ts';

const diff = (live: string, inBackup: string) => diffDocuments(parseOrderedJson(live), parseOrderedJson(inBackup));

describe('two documents', () => {
  it('differ by path, down to what is no document itself', () => {
    const live = '{"_id":1,"address":{"city":"Lyon","zip":"69001"},"tags":["a"],"note":"x"}';
    const backup = '{"_id":1,"address":{"city":"Paris","zip":"69001"},"tags":["a","b"],"email":"e"}';
    expect(diff(live, backup)).toEqual({
      values: [
        { path: 'address.city', live: '"Lyon"', inBackup: '"Paris"' },
        { path: 'tags', live: '["a"]', inBackup: '["a", "b"]' },
        { path: 'email', live: null, inBackup: '"e"' },
        { path: 'note', live: '"x"', inBackup: null },
      ],
      isOrderOnly: false,
    });
  });

  it('differ where only the type of a number does', () => {
    expect(diff('{"n":{"$numberInt":"7"}}', '{"n":{"$numberDouble":"7.0"}}').values).toEqual([
      { path: 'n', live: '{"$numberInt": "7"}', inBackup: '{"$numberDouble": "7.0"}' },
    ]);
  });

  it('differ where only the order of their keys does', () => {
    expect(diff('{"a":1,"b":2}', '{"b":2,"a":1}')).toEqual({ values: [], isOrderOnly: true });
    expect(diff('{"a":1}', '{"a":1}')).toEqual({ values: [], isOrderOnly: false });
  });
});
