// The next runs that the settings on the screen would lead to, with the nights on which the clocks change.
import type { PolicySettings } from '@holdfast/shared/policy';
import { useQuery } from '@tanstack/solid-query';
import { For, Show } from 'solid-js';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';
import { Mark } from '../marks/mark.tsx';
import { hourText } from './policy-words.ts';

export function NextRuns(props: { settings: PolicySettings | null }) {
  const { t } = useI18n();
  const api = useApi();
  const preview = useQuery(() => ({
    ...api.policies.preview.query(
      props.settings ?? { enabled: false, scheduledHour: 0, retentionCount: 1, timezone: 'UTC' },
    ),
    enabled: props.settings !== null,
    // The runs depend on today, too.
    staleTime: 60_000,
    placeholderData: (previous: { runs: string[] } | undefined) => previous,
  }));
  return (
    <>
      <h3 class="minor">{t('policies.nextRuns')}</h3>
      <Show when={props.settings} fallback={<p class="muted runs-note">{t('policies.afterCorrection')}</p>}>
        {(settings) => (
          <Show when={settings().enabled} fallback={<p class="muted runs-note">{t('policies.noRuns')}</p>}>
            <ol class="thread acts runs">
              <For each={preview.data?.runs}>{(run) => <Run at={run} settings={settings()} />}</For>
            </ol>
          </Show>
        )}
      </Show>
    </>
  );
}

function Run(props: { at: string; settings: PolicySettings }) {
  const { t, f } = useI18n();
  const clock = () => f.clock(props.at, props.settings.timezone);
  const isMoved = () => clock() !== hourText(props.settings.scheduledHour);
  return (
    <li class="future">
      <Mark name={isMoved() ? 'attention' : 'todo'} tone={isMoved() ? 'attention' : 'off'} />
      <span>{f.moment(props.at, props.settings.timezone).split(', ')[0]}</span>
      <time dateTime={props.at}>
        {clock()} {f.zoneName(props.at, props.settings.timezone)}
      </time>
      <p class={isMoved() ? '' : 'muted'}>
        {isMoved()
          ? t('policies.movedRun', hourText(props.settings.scheduledHour), clock())
          : f.relative(props.at, now())}
      </p>
      <span class="who">{f.clock(props.at, 'UTC')} UTC</span>
    </li>
  );
}
