/**
 * A name or a message from somewhere else, safe for a terminal: control characters, which could move the cursor or hide
 * what stands there, are written as escapes.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069\p{Cs}]/gu, escaped);
}

/** How many columns a text takes in a terminal: East Asian characters and emoji take two, combining marks none. */
export function displayWidth(text: string): number {
  const wide = text.match(
    /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/gu,
  );
  return [...text.replace(/\p{M}/gu, '')].length + (wide?.length ?? 0);
}

function escaped(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}
