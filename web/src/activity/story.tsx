import type { LedgerEvent } from '@holdfast/shared/events';
import { useQuery } from '@tanstack/solid-query';
import { Show } from 'solid-js';
import { Bones } from '../controls/bones.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Section } from '../shell/page.tsx';
import { EventList } from './event-list.tsx';

/** All that the ledger says about one operation. */
export function Story(props: { operationId: string }) {
  const { t } = useI18n();
  const api = useApi();
  const events = useQuery(() => api.audit.search.query({ operationId: props.operationId, limit: 100 }));
  return (
    <Section first title={t('activity.story')} note={t('activity.storyNote')}>
      <Show when={events.data} fallback={<Bones lines={3} />}>
        {(page) => <EventList events={page().events as LedgerEvent[]} withoutSubject />}
      </Show>
    </Section>
  );
}
