// Every backup that did not pass its latest verification or restore test, however old: shown until it is deleted or found whole.
import { useQuery } from '@tanstack/solid-query';
import { For, Show } from 'solid-js';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';

/** How many are named; the rest is counted. */
const named = 5;

interface Named {
  readonly backupId: string;
  readonly deploymentName: string;
  readonly createdAt: string;
}

export function DamagedBackups() {
  const { t } = useI18n();
  const api = useApi();
  const state = useQuery(() => api.verification.state.query());
  return (
    <Alert
      backups={state.data?.failed ?? []}
      answer={t('verification.damaged', state.data?.failedTotal ?? 0)}
      text={t('verification.damagedText')}
    />
  );
}

export function UnrestorableBackups() {
  const { t } = useI18n();
  const api = useApi();
  const state = useQuery(() => api.restoreTests.state.query());
  return (
    <Alert
      backups={state.data?.failed ?? []}
      answer={t('restoreTests.failedCount', state.data?.failedTotal ?? 0)}
      text={t('restoreTests.failedText')}
    />
  );
}

function Alert(props: { backups: readonly Named[]; answer: string; text: string }) {
  const { f } = useI18n();
  return (
    <Show when={props.backups.length > 0}>
      <div class="why danger" role="alert">
        <div class="why-text">
          <p>
            <b>{props.answer}</b> {props.text}
          </p>
          <For each={props.backups.slice(0, named)}>
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
