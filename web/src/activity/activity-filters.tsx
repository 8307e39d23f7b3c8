// Filters of the activity, kept in the address so that a view can be shared.
import type { EventType, LedgerEvent } from '@holdfast/shared/events';
import { useSearchParams } from '@solidjs/router';
import X from 'lucide-solid/icons/x';
import { For, Show } from 'solid-js';
import { Field } from '../controls/field.tsx';
import { DeploymentFilter } from '../deployments/deployment-filter.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { eventTypeList } from './event-types.ts';

export interface ActivityFilter {
  readonly type: EventType | undefined;
  readonly deploymentId: string | undefined;
  readonly operationId: string | undefined;
  /** Shows what was true at this position: it and what came before. */
  readonly at: number | undefined;
}

/** Reads the filter out of the address; what it does not know is left away. */
export function readFilter(search: Partial<Record<string, string | string[]>>): ActivityFilter {
  const text = (name: string) => (typeof search[name] === 'string' && search[name] !== '' ? search[name] : undefined);
  const at = Number(text('at'));
  return {
    type: eventTypeList.find((type) => type === text('type')),
    deploymentId: text('deployment'),
    operationId: text('operation'),
    at: Number.isSafeInteger(at) && at > 0 ? at : undefined,
  };
}

/** Whether an event that has just arrived belongs into the filtered list. */
export function matches(filter: ActivityFilter, event: LedgerEvent): boolean {
  const data = event.data as { deploymentId?: string };
  return (
    (!filter.type || event.type === filter.type) &&
    (!filter.deploymentId || data.deploymentId === filter.deploymentId) &&
    (!filter.operationId || event.correlationId === filter.operationId)
  );
}

export function ActivityFilters(props: { filter: ActivityFilter }) {
  const { t, f } = useI18n();
  const [, setSearch] = useSearchParams();
  return (
    <search class="filters" aria-label={t('activity.filters')}>
      <TypeFilter filter={props.filter} />
      <DeploymentFilter />
      <Show when={props.filter.operationId}>
        {(id) => (
          <button class="btn small" type="button" onClick={() => setSearch({ operation: null })}>
            {t('activity.operationIs', id().slice(-6))}
            <X class="icon" aria-label={t('activity.removeFilter')} />
          </button>
        )}
      </Show>
      <Show when={props.filter.at}>
        {(at) => (
          <button class="btn small" type="button" onClick={() => setSearch({ at: null })}>
            {t('activity.upTo', f.count(at()))}
            <X class="icon" aria-label={t('activity.removeFilter')} />
          </button>
        )}
      </Show>
    </search>
  );
}

function TypeFilter(props: { filter: ActivityFilter }) {
  const { t } = useI18n();
  const [, setSearch] = useSearchParams();
  return (
    <Field label={t('activity.kind')}>
      {(ids) => (
        <select class="input" id={ids.id} onChange={(event) => setSearch({ type: event.currentTarget.value || null })}>
          <option value="">{t('common.all')}</option>
          <For each={eventTypeList}>
            {(type) => (
              <option value={type} selected={type === props.filter.type}>
                {t(`activity.typeNames.${type}`)}
              </option>
            )}
          </For>
        </select>
      )}
    </Field>
  );
}
