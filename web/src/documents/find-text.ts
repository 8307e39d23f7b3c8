// From what is typed into the search field to a filter: fields and values as they are, anything else is an `_id`.

/** The filter's JSON; null for an empty field. Text that begins with `{` is given as it is: the server says what is wrong with it. */
export function filterOf(typed: string): string | null {
  const text = typed.trim();
  if (text === '') return null;
  return text.startsWith('{') ? text : `{"_id": ${idOf(text)}}`;
}

/** `507f1f77bcf86cd799439011`, a UUID, `42`, `"text"`; any other text is text. */
function idOf(text: string): string {
  if (/^[0-9a-f]{24}$/i.test(text)) return JSON.stringify({ $oid: text.toLowerCase() });
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return JSON.stringify({ $uuid: text });
  if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text) || /^".*"$/.test(text)) return text;
  return JSON.stringify(text);
}
