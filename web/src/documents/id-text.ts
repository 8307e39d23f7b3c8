import { parseOrderedJson } from '@holdfast/shared/ordered-json';
import { jsonText } from './document-diff.ts';
import { typedValue } from './typed-value.ts';

/** An `_id` out of its extended JSON, as people read it: an ObjectId by its digits, text in quotes, a document as JSON. */
export function idText(json: string): string {
  const node = parseOrderedJson(json);
  const value = typedValue(node);
  if (value.kind === 'value') return value.text;
  return value.kind === 'text' ? `"${value.text}"` : jsonText(node);
}
