// Ids are UUID v7: the first 13 characters are the millisecond they were made in, so a prefix nearly always names one.

const shortest = 13;

/** For each id the prefix that people copy: at least 13 characters, longer where two of the list would be the same. */
export function shortIds(ids: readonly string[]): Map<string, string> {
  for (const length of [shortest, 18, 23, 36]) {
    const prefixes = new Set(ids.map((id) => id.slice(0, length)));
    if (prefixes.size === new Set(ids).size) return new Map(ids.map((id) => [id, id.slice(0, length)]));
  }
  return new Map(ids.map((id) => [id, id]));
}

/** Whether the text is a whole id. */
export function isWholeId(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
