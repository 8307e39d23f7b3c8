// Where a restore stands on its way from plan to result.
import { For, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Mark } from '../marks/mark.tsx';

const steps = ['plan', 'confirm', 'restore', 'result'] as const;
export type RestoreStep = (typeof steps)[number];

export function RestoreSteps(props: { current: RestoreStep }) {
  const { t } = useI18n();
  const reached = () => steps.indexOf(props.current);
  return (
    <ol class="steps" aria-label={t('restorePlan.steps')}>
      <For each={steps}>
        {(step, index) => (
          <li
            aria-current={index() === reached() ? 'step' : undefined}
            data-step={index() === reached() ? t('restorePlan.stepOf', index() + 1) : undefined}
          >
            <Show when={index() < reached()}>
              <Mark name="done" />
            </Show>
            {t(`restorePlan.step.${step}`)}
          </li>
        )}
      </For>
    </ol>
  );
}
