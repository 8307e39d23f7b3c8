import type { FoundDocument } from '@holdfast/shared/document';
import { printable } from './printable.ts';
import { formatCount } from './quantities.ts';

/** Documents as lines of JSON: for people, and for what reads JSON lines. */
export function documentLines(documents: readonly Pick<FoundDocument, 'json'>[]): string {
  // What could move the cursor is written as JSON's own escape, so that the line stays the same value.
  return documents.map(({ json }) => `${printable(json)}\n`).join('');
}

export interface PageFacts {
  readonly from: number;
  readonly found: number;
  readonly next: number | null;
  readonly total: number;
  readonly isFiltered: boolean;
}

/** Where a page of documents lies, and how to go on. */
export function pageLine({ from, found, next, total, isFiltered }: PageFacts): string {
  const goOn = next === null ? '' : ` There are more: --after ${next}`;
  if (!isFiltered) {
    if (found === 0) return from === 0 ? 'It holds no documents.' : `It holds ${formatCount(total)} documents.`;
    return `Documents ${formatCount(from + 1)} to ${formatCount(from + found)} of ${formatCount(total)}.${goOn}`;
  }
  const looked = `${formatCount(next ?? total)} of ${formatCount(total)} documents were looked at.`;
  return `${found === 0 ? 'Nothing matches so far:' : `${formatCount(found)} found;`} ${looked}${goOn}`;
}
