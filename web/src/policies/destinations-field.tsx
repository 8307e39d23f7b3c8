// Where the backups of a policy are kept: written first to one destination, then copied to others.
import type { Destination } from '@holdfast/shared/destination';
import { useQuery } from '@tanstack/solid-query';
import { For, Show } from 'solid-js';
import { Field } from '../controls/field.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import type { PolicyFormState } from './policy-form.tsx';

export function DestinationsField(props: { form: PolicyFormState }) {
  const { t } = useI18n();
  const choice = createChoice(() => props.form);
  return (
    <div class="fields policy-fields">
      <Field label={t('destinations.first')} hint={t('destinations.firstHint')} was={choice.was()}>
        {(ids) => (
          <select
            class="input"
            id={ids.id}
            aria-describedby={ids.describedBy}
            onChange={(event) => choice.chooseFirst(event.currentTarget.value)}
          >
            <For each={choice.known()}>
              {({ id }) => (
                <option value={id} selected={id === choice.chosen()[0]}>
                  {choice.nameOf(id)}
                </option>
              )}
            </For>
          </select>
        )}
      </Field>
      <Show when={choice.known().length > 1}>
        <fieldset class="field" classList={{ changed: choice.was() !== null }}>
          <legend class="label">{t('destinations.follow')}</legend>
          <For each={choice.known().filter(({ id }) => id !== choice.chosen()[0])}>
            {({ id }) => (
              <label class="check">
                <input
                  type="checkbox"
                  checked={choice.chosen().includes(id)}
                  onChange={(event) => choice.follow(id, event.currentTarget.checked)}
                />
                {choice.nameOf(id)}
              </label>
            )}
          </For>
          <span class="hint">{t('destinations.followHint')}</span>
        </fieldset>
      </Show>
    </div>
  );
}

/** No destinations of its own is the main one alone, and the other way round. */
function createChoice(form: () => PolicyFormState) {
  const { t, f } = useI18n();
  const api = useApi();
  const destinations = useQuery(() => api.destinations.list.query());
  const known = (): Destination[] => destinations.data ?? [];
  const mainId = () => known().find(({ isMain }) => isMain)?.id as string | undefined;
  const idsOf = (named: readonly string[]) => (named.length > 0 ? named : [mainId() ?? '']);
  const nameOf = (id: string) => {
    const found = known().find((one) => one.id === id);
    return found?.isMain ? t('destinations.main') : (found?.name ?? `…${id.slice(-6)}`);
  };
  const choose = (ids: readonly string[]) =>
    form().edit({ destinations: ids.length === 1 && ids[0] === mainId() ? [] : ids });
  const chosen = () => idsOf(form().draft().destinations);
  return {
    known,
    nameOf,
    chosen,
    // One that was copied to changes places with the first; another one takes its place.
    chooseFirst: (id: string) => {
      const others = chosen().includes(id) ? chosen() : chosen().slice(1);
      choose([id, ...others.filter((other) => other !== id)]);
    },
    follow: (id: string, isChosen: boolean) =>
      choose(isChosen ? [...chosen(), id] : chosen().filter((other) => other !== id)),
    was: () =>
      form().changed().includes('destinations')
        ? t('policies.was', f.list(idsOf(form().saved().destinations).map(nameOf)))
        : null,
  };
}
