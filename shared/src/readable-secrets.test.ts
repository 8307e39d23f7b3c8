import { describe, expect, it } from 'vitest';
import { confirmationCodeOf, normalCode, passphraseOf } from './readable-secrets.ts';

const bytes = (length: number, of: (at: number) => number) => Uint8Array.from({ length }, (_, at) => of(at));

describe('a passphrase', () => {
  it('holds every bit that it is made of', () => {
    const made = new Set(
      Array.from({ length: 128 }, (_, bit) => passphraseOf(bytes(16, (at) => (at === bit >> 3 ? 1 << (bit & 7) : 0)))),
    );
    expect(made.size).toBe(128);
    for (const one of made) expect(one).toMatch(/^[0-9a-hjkmnp-tv-z]{6}(?:-[0-9a-hjkmnp-tv-z]{1,6}){4}$/);
  });
});

describe('a code', () => {
  it('has two groups of four', () => {
    expect(confirmationCodeOf(bytes(5, () => 0))).toBe('0000-0000');
    expect(confirmationCodeOf(bytes(5, () => 255))).toBe('ZZZZ-ZZZZ');
  });

  it('is the same however it is typed', () => {
    expect(normalCode(' 8f2k 1m9q')).toBe(normalCode('8F2K-1M9Q'));
    expect(normalCode('OLIZ-OOO1')).toBe(normalCode('011Z-0001'));
    expect(normalCode('8F2K-1M9R')).not.toBe(normalCode('8F2K-1M9Q'));
  });
});
