// Pages of a collection, with or without a filter. A filter that finds little is asked for again and again, each answer within
// about a second, until the page is full, the collection is at its end, or somebody has seen enough.
import type { DocumentsPage, FoundDocument } from '@holdfast/shared/document';
import { createStore } from 'solid-js/store';
import { useApi } from '../data/api-context.tsx';

/** Documents on a page. */
export const pageSize = 20;

export interface SearchState {
  /** null before the first answer. */
  readonly collection: DocumentsPage['collection'] | null;
  readonly filter: string | null;
  /** Where this page begins, and the pages before it. */
  readonly from: number;
  readonly before: readonly number[];
  readonly documents: readonly FoundDocument[];
  /** Where the next page begins; null at the end. */
  readonly next: number | null;
  readonly isLooking: boolean;
  readonly error: unknown;
}

export interface DocumentSearch {
  readonly state: SearchState;
  /** Begins at the front. */
  find(filter: string | null): void;
  next(): void;
  previous(): void;
  /** Keeps what was found so far. */
  stop(): void;
}

type Wanted = Pick<SearchState, 'filter' | 'from' | 'before'>;

export function createDocumentSearch(collection: () => { id: string; namespace: string }): DocumentSearch {
  const api = useApi();
  const [state, setState] = createStore<SearchState>({
    ...{ collection: null, filter: null, from: 0, before: [], documents: [], next: null },
    ...{ isLooking: false, error: null },
  });
  let latest = 0;
  const ask = (filter: string | null, cursor: number, limit: number): Promise<DocumentsPage> => {
    const asked = { ...collection(), cursor, limit, format: 'canonical' as const };
    return api.backups.documents.fetch((filter === null ? asked : { ...asked, filter }) as never);
  };

  /** What is shown stays until the first answer is there: a filter that is refused takes nothing away. */
  const look = async (wanted: Wanted): Promise<void> => {
    latest += 1;
    const own = latest;
    setState({ isLooking: true, error: null });
    const found: FoundDocument[] = [];
    try {
      for (let cursor: number | null = wanted.from; cursor !== null; ) {
        const page: DocumentsPage = await ask(wanted.filter, cursor, pageSize - found.length);
        if (own !== latest) return;
        found.push(...page.documents);
        const isLooking = page.endedBy === 'budget';
        const { collection, nextCursor: next } = page;
        setState({ ...wanted, collection, documents: [...found], next, isLooking });
        cursor = isLooking ? next : null;
      }
    } catch (error) {
      if (own === latest) setState({ isLooking: false, error });
    }
  };

  return {
    state,
    find: (filter) => void look({ filter, from: 0, before: [] }),
    next: () => {
      const { filter, from, before, next } = state;
      if (next !== null) void look({ filter, from: next, before: [...before, from] });
    },
    previous: () => {
      const { filter, before } = state;
      const from = before.at(-1);
      if (from !== undefined) void look({ filter, from, before: before.slice(0, -1) });
    },
    stop: () => {
      latest += 1;
      setState({ isLooking: false });
    },
  };
}
