import { createFormats } from '../formats.ts';

const f = createFormats('en');

export interface PageRange {
  /** From 0. */
  from: number;
  found: number;
  total: number;
}

export interface Looked {
  found: number;
  looked: number;
  total: number;
  isLooking: boolean;
}

export const documents = {
  asBson: 'BSON',
  asJsonLines: 'JSON lines',
  asOf: (moment: string) => `as it was on ${moment}.`,
  copy: 'Copy as JSON',
  document: 'Document',
  documentFacts: (number: string, size: string) => `Document ${number}, ${size} of BSON`,
  downloadArchive: 'Download',
  downloadBson: (name: string) => `Download ${name} as BSON`,
  downloadJsonLines: (name: string) => `Download ${name} as JSON lines`,
  find: 'Find by _id, or by fields and their values',
  findButton: 'Find',
  findExample: '_id, or {"field": "value"}',
  from: (number: string) => `from ${number} on`,
  fromArchive: (ago: string) => `Backed up ${ago}. Read from the archive, not from the live database.`,
  list: 'Documents',
  looked: ({ found, looked, total, isLooking }: Looked) => {
    const place = `${f.count(looked)} of ${f.count(total)} documents looked at`;
    if (isLooking) return `${f.count(found)} found so far, ${place}…`;
    if (found === 0) return looked < total ? `Nothing found yet, ${place}.` : `Nothing found: ${place}.`;
    return `${f.count(found)} found, ${place}.`;
  },
  next: 'Next',
  pages: 'Pages of documents',
  previous: 'Previous',
  range: ({ from, found, total }: PageRange) => {
    if (total === 0) return 'It holds no documents.';
    return `Documents ${f.count(from + 1)} to ${f.count(from + found)} of ${f.count(total)}, in the order of the dump.`;
  },
  showAll: 'Show all',
  showMore: (count: string, left: string) => `Show ${count} of ${left} more`,
  stop: 'Stop',
};
