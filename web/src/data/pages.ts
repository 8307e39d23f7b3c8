// A list that is read page by page, newest first.
import { keepPreviousData, useInfiniteQuery } from '@tanstack/solid-query';
import { type Accessor, createMemo } from 'solid-js';
import type { QueryKey } from './api-queries.ts';

export interface Pages<T> {
  /** Undefined until the first page is there. */
  readonly items: Accessor<T[] | undefined>;
  /** How many there are in all, where the server says so. */
  readonly total: Accessor<number | undefined>;
  readonly hasMore: Accessor<boolean>;
  readonly isLoadingMore: Accessor<boolean>;
  readonly error: Accessor<unknown>;
  loadMore(): void;
}

export interface PagesSource<T, C> {
  readonly key: QueryKey;
  /** False while what it depends on is not known. */
  readonly enabled?: boolean;
  /** Asks again whenever a page that shows the list is opened: for lists that no event makes out of date. */
  readonly freshOnOpen?: boolean;
  readonly fetchPage: (cursor: C | undefined) => Promise<{ items: readonly T[]; nextCursor: C | null; total?: number }>;
}

/** Reads pages as they are asked for. When an event makes the list out of date, all shown pages are asked for again. */
export function createPages<T, C extends string | number>(source: Accessor<PagesSource<T, C>>): Pages<T> {
  const query = useInfiniteQuery(() => ({
    queryKey: [...source().key, 'pages'],
    queryFn: ({ pageParam }) => source().fetchPage(pageParam as C | undefined),
    initialPageParam: undefined as C | undefined,
    getNextPageParam: (page: { nextCursor: C | null }) => page.nextCursor ?? undefined,
    enabled: source().enabled ?? true,
    refetchOnMount: source().freshOnOpen ? ('always' as const) : true,
    // While a filter changes, the list stays until the next one is there.
    placeholderData: keepPreviousData,
  }));
  const items = createMemo(() => query.data?.pages.flatMap((page) => [...page.items]));
  return {
    items,
    total: () => query.data?.pages.at(-1)?.total,
    hasMore: () => query.hasNextPage,
    isLoadingMore: () => query.isFetchingNextPage,
    error: () => query.error,
    loadMore: () => void query.fetchNextPage(),
  };
}
