// The ledger as people read it: filters, events on the thread, and the proof that none is missing.
import type { LedgerEvent } from '@holdfast/shared/events';
import { useSearchParams } from '@solidjs/router';
import { useQueryClient } from '@tanstack/solid-query';
import { createEffect, createMemo, createSignal, on, Show } from 'solid-js';
import { Bones } from '../controls/bones.tsx';
import { More } from '../controls/more.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { useApi } from '../data/api-context.tsx';
import { createPages } from '../data/pages.ts';
import { useI18n } from '../i18n/i18n-context.tsx';
import { useLive } from '../live/live-context.tsx';
import { Page } from '../shell/page.tsx';
import { type ActivityFilter, ActivityFilters, matches, readFilter } from './activity-filters.tsx';
import { ChainCheck } from './chain-check.tsx';
import { EventList } from './event-list.tsx';

export function ActivityPage() {
  const { t } = useI18n();
  const [search] = useSearchParams();
  const filter = createMemo(() => readFilter(search));
  return (
    <Page title={t('shell.activity')}>
      <ChainCheck />
      <ActivityFilters filter={filter()} />
      <FilteredEvents filter={filter()} />
    </Page>
  );
}

function FilteredEvents(props: { filter: ActivityFilter }) {
  const { t } = useI18n();
  const api = useApi();
  const queryClient = useQueryClient();
  const input = () => toQuery(props.filter);
  const pages = createPages(() => ({
    key: api.audit.search.key(input()),
    freshOnOpen: true,
    fetchPage: async (cursor: number | undefined) => {
      const start = cursor ?? (props.filter.at === undefined ? undefined : props.filter.at + 1);
      const page = await api.audit.search.fetch({ ...input(), ...(start ? { cursor: start } : {}) });
      return { items: page.events as LedgerEvent[], nextCursor: page.nextCursor };
    },
  }));
  const newer = createNewer(
    () => props.filter,
    () => pages.items()?.[0]?.position,
  );
  const show = async () => {
    await queryClient.invalidateQueries({ queryKey: api.audit.search.key(input()) });
    newer.reset();
  };
  return (
    <>
      <RefusalNote error={pages.error()} />
      <div aria-live="polite">
        <Show when={newer.count() > 0}>
          <button class="btn small newer" type="button" onClick={() => void show()}>
            {t('activity.newer', newer.count())}
          </button>
        </Show>
      </div>
      <Show when={pages.items()} fallback={<Bones lines={8} />}>
        {(events) => (
          <Show when={events().length > 0} fallback={<p class="muted">{t('activity.none')}</p>}>
            <EventList events={events()} openAt={props.filter.at} />
          </Show>
        )}
      </Show>
      <More pages={pages} />
    </>
  );
}

function toQuery(filter: ActivityFilter) {
  const { type, deploymentId, operationId } = filter;
  return {
    limit: 50,
    ...(type ? { type } : {}),
    ...(deploymentId ? { deploymentId } : {}),
    ...(operationId ? { operationId } : {}),
  };
}

/** Counts the events that arrive while one reads, so that nothing jumps under the eye. */
function createNewer(filter: () => ActivityFilter, newestShown: () => number | undefined) {
  const live = useLive();
  const [arrived, setArrived] = createSignal<number[]>([]);
  live.onEvent((event) => {
    if (matches(filter(), event)) setArrived((positions) => [...positions, event.position]);
  });
  createEffect(on(filter, () => setArrived([]), { defer: true }));
  const isFiltered = () => Object.values(filter()).some((value) => value !== undefined);
  return {
    count: () => {
      const newest = newestShown();
      if (newest === undefined) return 0;
      // Without a filter every position counts, also those that were appended before this tab was told of them.
      if (!isFiltered()) return Math.max(0, live.status().position - newest);
      return arrived().filter((position) => position > newest).length;
    },
    reset: () => setArrived([]),
  };
}
