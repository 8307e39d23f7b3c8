import { useQuery } from '@tanstack/solid-query';
import { Show } from 'solid-js';
import { Word } from '../controls/word.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import type { PolicyFormState } from './policy-form.tsx';

/** Stays in view: what is not saved, what saving leads to, and the button. */
export function PolicyFoot(props: { form: PolicyFormState; policyId: string; deploymentId: string }) {
  const { t } = useI18n();
  const api = useApi();
  const kept = useQuery(() =>
    api.backups.list.query({ deploymentId: props.deploymentId, status: 'completed', limit: 60 }),
  );
  const excess = () => {
    const retention = props.form.settings()?.retentionCount;
    const ofPolicy = kept.data?.items.filter(({ policyId }) => policyId === props.policyId).length ?? 0;
    return retention === undefined ? 0 : Math.max(0, ofPolicy - retention);
  };
  const changes = () => props.form.changed().length;
  return (
    <div class="decide">
      <button class="btn" type="button" disabled={changes() === 0} onClick={() => props.form.discard()}>
        {t('policies.discard')}
      </button>
      <span class="faint decide-text" role="status">
        {changes() === 0 ? t('policies.noChanges') : t('policies.changes', changes())}
      </span>
      <div class="end">
        <Show when={props.form.invalid().length > 0}>
          <Word mark="danger" tone="danger">
            {t('policies.invalid', props.form.invalid().length)}
          </Word>
        </Show>
        <Show when={changes() > 0 && excess() > 0}>
          <Word mark="attention" tone="attention">
            {t('policies.willGo', excess())}
          </Word>
        </Show>
        <button
          class="btn primary"
          type="submit"
          disabled={changes() === 0 || props.form.settings() === null || props.form.isSaving()}
        >
          {props.form.isSaving() ? t('policies.saving') : t('policies.save')}
        </button>
      </div>
    </div>
  );
}
