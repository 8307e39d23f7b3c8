import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  type AgeIdentity,
  generateIdentity,
  InvalidAgeKey,
  parseIdentities,
  parseIdentity,
  parseRecipient,
} from './age-keys.ts';

// A pair that everybody may know: the secret is 32 times the byte 0x42.
const identity = 'AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX';
const recipient = 'age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj';

describe('keys of age', () => {
  it('are written as age-keygen writes them, and read again', () => {
    const made = generateIdentity();
    expect(made.toString()).toMatch(/^AGE-SECRET-KEY-1[0-9A-Z]{58}$/);
    expect(made.recipient.toString()).toMatch(/^age1[0-9a-z]{58}$/);
    expect(parseIdentity(` ${made}\n`).recipient.toString()).toBe(made.recipient.toString());
    expect(parseIdentity(identity).recipient.toString()).toBe(recipient);
    expect(parseRecipient(`${recipient}\n`).toString()).toBe(recipient);
  });

  it('are found in a key file with its comments', () => {
    const [one, two] = [generateIdentity(), generateIdentity()];
    const file = `# created: 2026-11-24\n# public key: ${one.recipient}\n${one}\r\n\n  ${two}`;
    expect(parseIdentities(file).map(String)).toStrictEqual([String(one), String(two)]);
    expect(() => parseIdentities('# nothing here\n')).toThrow(InvalidAgeKey);
  });

  it('do not show the secret where an object is inspected or stored', () => {
    const made: AgeIdentity = generateIdentity();
    const shown = [inspect(made, { depth: 9, showHidden: true }), JSON.stringify(made), JSON.stringify({ ...made })];
    for (const text of shown) expect(text).not.toContain(made.toString());
  });

  it.each([
    ['a missing character', identity.slice(0, -1)],
    ['another character', `${identity.slice(0, -1)}Q`],
    ['a public key', recipient],
    ['mixed case', identity.replace('AGE', 'age')],
    ['nothing', ''],
  ])('are refused as an identity with %s, without repeating it', (_, text) => {
    const failure = errorOf(() => parseIdentity(text));
    expect(failure).toBeInstanceOf(InvalidAgeKey);
    if (text !== '') expect(String(failure)).not.toContain(text.slice(20, 40));
  });

  it.each([
    ['a secret key', identity, /secret key/],
    ['a key of another kind', 'age1pq1qqqqqqqqqq', /not an X25519 key/],
    ['a missing character', recipient.slice(0, -1), /no character may be missing/],
  ])('are refused as a recipient when it is %s', (_, text, message) => {
    expect(() => parseRecipient(text)).toThrow(message);
  });
});

function errorOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
