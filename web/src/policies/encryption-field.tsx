// For whom the backups of a policy are encrypted: as the server does, not at all, or for a key of its own.
import { useQuery } from '@tanstack/solid-query';
import { For } from 'solid-js';
import { Field } from '../controls/field.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import type { PolicyDraft } from './policy-draft.ts';
import type { PolicyFormState } from './policy-form.tsx';

export function EncryptionField(props: { form: PolicyFormState }) {
  const { t } = useI18n();
  const choices = createChoices(() => props.form);
  const was = () =>
    props.form.changed().includes('encryption')
      ? t('policies.was', choices.wordOf(props.form.saved().encryption))
      : null;
  return (
    <div class="fields policy-fields limits">
      <Field label={t('encryption.policyField')} hint={t('encryption.policyHint')} was={was()}>
        {(ids) => (
          <select
            class="input"
            id={ids.id}
            aria-describedby={ids.describedBy}
            onChange={(event) =>
              props.form.edit({ encryption: event.currentTarget.value as PolicyDraft['encryption'] })
            }
          >
            <For each={choices.values()}>
              {(value) => (
                <option value={value} selected={props.form.draft().encryption === value}>
                  {choices.wordOf(value)}
                </option>
              )}
            </For>
          </select>
        )}
      </Field>
    </div>
  );
}

/** Keys that can be used, and the one that is saved whatever became of it. */
function createChoices(form: () => PolicyFormState) {
  const { t } = useI18n();
  const api = useApi();
  const status = useQuery(() => api.encryption.status.query());
  const keys = () => status.data?.keys ?? [];
  const nameOf = (id: string | null) => keys().find((key) => key.id === id)?.name;
  const usable = () => keys().filter((key) => key.inKit && key.status !== 'retired');
  return {
    values: () => [
      ...new Set(['inherit', 'off', ...usable().map(({ id }) => id as string), form().saved().encryption]),
    ],
    wordOf: (value: string) => {
      if (value === 'off') return t('encryption.policyChoice.off');
      if (value !== 'inherit') return t('encryption.policyChoice.forKey', nameOf(value) ?? `…${value.slice(-6)}`);
      const name = nameOf(status.data?.defaultKeyId ?? null);
      return name ? t('encryption.policyChoice.inheritOn', name) : t('encryption.policyChoice.inheritOff');
    },
  };
}
