// Secrets that people read and type: passphrases and codes, in letters that are not mistaken for one another. Knows no schema, so
// that the browser can make one too.

/**
 * A passphrase out of 16 random bytes: 26 letters and digits that are not mistaken for one another, in groups, 128 bits strong.
 */
export function passphraseOf(random: Uint8Array): string {
  if (random.length !== 16) throw new RangeError('a passphrase is made of 16 random bytes');
  return grouped(base32(random), 6);
}

/** A code out of 5 random bytes: two groups of four. */
export function confirmationCodeOf(random: Uint8Array): string {
  if (random.length !== 5) throw new RangeError('a code is made of 5 random bytes');
  return grouped(base32(random), 4).toUpperCase();
}

/** A code as somebody typed it, in the form in which codes are compared. */
export function normalCode(typed: string): string {
  return typed
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
}

// Crockford's alphabet: no i, l, o and u.
const digits = '0123456789abcdefghjkmnpqrstvwxyz';

function base32(bytes: Uint8Array): string {
  let text = '';
  let [bits, value] = [0, 0];
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += digits[(value >> (bits - 5)) & 31];
  }
  return bits === 0 ? text : text + digits[(value << (5 - bits)) & 31];
}

function grouped(text: string, size: number): string {
  return text.match(new RegExp(`.{1,${size}}`, 'g'))?.join('-') ?? '';
}
