// What a backup may take from the database and the network.
import { For } from 'solid-js';
import { Field, TextField } from '../controls/field.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { createFieldTexts } from './field-texts.ts';
import { bandwidthRange, type PolicyDraft, parallelRange, readPreferences } from './policy-draft.ts';
import type { PolicyFormState } from './policy-form.tsx';

export function ImpactFields(props: { form: PolicyFormState }) {
  const { t } = useI18n();
  const { was, problem } = createFieldTexts(props.form);
  return (
    <div class="fields policy-fields">
      <ReadPreferenceField form={props.form} />
      <TextField
        label={t('policies.parallel')}
        hint={t('policies.parallelHint', parallelRange.min, parallelRange.max)}
        value={props.form.draft().parallel}
        was={was('parallel')}
        error={problem('parallel', t('policies.parallelProblem', parallelRange.min, parallelRange.max))}
        onInput={(parallel) => props.form.edit({ parallel })}
        inputMode="numeric"
      />
      <TextField
        label={t('policies.bandwidth')}
        hint={t('policies.bandwidthHint')}
        value={props.form.draft().bandwidth}
        was={was('bandwidth')}
        error={problem('bandwidth', t('policies.bandwidthProblem', bandwidthRange.min, bandwidthRange.max))}
        onInput={(bandwidth) => props.form.edit({ bandwidth })}
        inputMode="numeric"
      />
    </div>
  );
}

function ReadPreferenceField(props: { form: PolicyFormState }) {
  const { t } = useI18n();
  const was = () => {
    if (!props.form.changed().includes('readPreference')) return null;
    return t('policies.was', props.form.saved().readPreference || t('policies.readDefault'));
  };
  return (
    <Field label={t('policies.readPreference')} hint={t('policies.readPreferenceHint')} was={was()}>
      {(ids) => (
        <select
          class="input"
          id={ids.id}
          aria-describedby={ids.describedBy}
          onChange={(event) =>
            props.form.edit({ readPreference: event.currentTarget.value as PolicyDraft['readPreference'] })
          }
        >
          <option value="" selected={props.form.draft().readPreference === ''}>
            {t('policies.readDefault')}
          </option>
          <For each={readPreferences}>
            {(mode) => (
              <option value={mode} selected={props.form.draft().readPreference === mode}>
                {t(`policies.readFrom.${mode}`)}
              </option>
            )}
          </For>
        </select>
      )}
    </Field>
  );
}
