import { useQuery } from '@tanstack/solid-query';
import { For, Show } from 'solid-js';
import { Bones } from '../controls/bones.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Mark, type MarkName, type Tone } from '../marks/mark.tsx';
import { Section } from '../shell/page.tsx';

const looks: Record<'ok' | 'warning' | 'failed', { mark: MarkName; tone: Tone }> = {
  ok: { mark: 'ok', tone: 'safe' },
  warning: { mark: 'attention', tone: 'attention' },
  failed: { mark: 'danger', tone: 'danger' },
};

/** What the service finds when it looks at itself, and what to do about it. */
export function DoctorSection() {
  const { t } = useI18n();
  const api = useApi();
  const doctor = useQuery(() => ({ ...api.system.doctor.query(), refetchOnMount: 'always' as const }));
  return (
    <Section
      id="doctor"
      title={t('settings.doctor')}
      note={t('settings.doctorNote')}
      end={
        <button class="btn small" type="button" disabled={doctor.isFetching} onClick={() => void doctor.refetch()}>
          {doctor.isFetching ? t('settings.checking') : t('settings.checkAgain')}
        </button>
      }
    >
      <RefusalNote error={doctor.error} />
      <Show when={!doctor.isPending} fallback={<Bones lines={3} />}>
        <ul class="checks" aria-live="polite">
          <For each={doctor.data?.checks}>
            {(check) => (
              <li>
                <Mark name={looks[check.status].mark} tone={looks[check.status].tone} />
                <p>
                  <b>{t('settings.checkTitle', check.id, check.title)}</b>{' '}
                  <span class="visually-hidden">{t(`settings.checkStatus.${check.status}`)}</span>{' '}
                  <span class="muted" lang="en">
                    {check.found}
                  </span>
                  <Show when={check.advice}>
                    <span class="sub" lang="en">
                      {check.advice}
                    </span>
                  </Show>
                </p>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </Section>
  );
}
