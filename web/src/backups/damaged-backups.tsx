// Every backup that did not pass its latest verification, however old: shown until it is deleted or found whole.
import { useQuery } from '@tanstack/solid-query';
import { For, Show } from 'solid-js';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';

/** How many are named; the rest is counted. */
const named = 5;

export function DamagedBackups() {
  const { t, f } = useI18n();
  const api = useApi();
  const state = useQuery(() => api.verification.state.query());
  const failed = () => state.data?.failed ?? [];
  return (
    <Show when={failed().length > 0}>
      <div class="why danger" role="alert">
        <div class="why-text">
          <p>
            <b>{t('verification.damaged', state.data?.failedTotal ?? 0)}</b> {t('verification.damagedText')}
          </p>
          <For each={failed().slice(0, named)}>
            {({ backupId, deploymentName, createdAt }) => (
              <p>
                <a href={`/backups/${backupId}`}>
                  {deploymentName}, {f.moment(createdAt)}
                </a>
              </p>
            )}
          </For>
        </div>
      </div>
    </Show>
  );
}
