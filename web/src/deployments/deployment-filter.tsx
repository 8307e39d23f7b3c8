import { useSearchParams } from '@solidjs/router';
import { useQuery } from '@tanstack/solid-query';
import { For } from 'solid-js';
import { Field } from '../controls/field.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';

/** The id of the deployment that the address asks for, as `?deployment=`. */
export function useDeploymentFilter(): () => string | undefined {
  const [search] = useSearchParams();
  return () => (typeof search.deployment === 'string' && search.deployment !== '' ? search.deployment : undefined);
}

/** Chooses a deployment; the choice is kept in the address. */
export function DeploymentFilter() {
  const { t } = useI18n();
  const api = useApi();
  const deployments = useQuery(() => api.deployments.list.query());
  const chosen = useDeploymentFilter();
  const [, setSearch] = useSearchParams();
  return (
    <Field label={t('deployments.deployment')}>
      {(ids) => (
        <select
          class="input"
          id={ids.id}
          onChange={(event) => setSearch({ deployment: event.currentTarget.value || null })}
        >
          <option value="">{t('common.all')}</option>
          <For each={deployments.data}>
            {({ id, name }) => (
              <option value={id} selected={id === chosen()}>
                {name}
              </option>
            )}
          </For>
        </select>
      )}
    </Field>
  );
}
