// Step one: where the data goes and what that does.
import type { RestorePlan } from '@holdfast/shared/restore-plan';
import { For, Show } from 'solid-js';
import { TextField } from '../controls/field.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';
import { Mark } from '../marks/mark.tsx';
import { PlanEffects } from './plan-effects.tsx';
import { PlanPlace } from './plan-place.tsx';
import type { RestoreDraft } from './restore-draft.ts';

const kinds = ['copy', 'original'] as const;

export function PlanStep(props: { draft: RestoreDraft }) {
  const { t } = useI18n();
  return (
    <>
      <TargetChoice draft={props.draft} />
      <Show when={props.draft.kind() === 'copy'}>
        <div class="suffix">
          <TextField
            label={t('restores.suffix')}
            hint={t('restores.suffixHint')}
            value={props.draft.suffix()}
            placeholder={suffixOf(props.draft.plan())}
            error={props.draft.suffixProblem() ? t('restores.suffixProblem') : null}
            onInput={props.draft.setSuffix}
            code
          />
        </div>
      </Show>
      <div aria-live="polite" aria-busy={!props.draft.plan()}>
        <Show when={props.draft.plan()} fallback={<Comparing draft={props.draft} />}>
          {(plan) => <PlanFacts plan={plan()} />}
        </Show>
      </div>
    </>
  );
}

function suffixOf(plan: RestorePlan | undefined): string {
  return plan?.target.kind === 'copy' ? (plan.target.suffix ?? '') : '';
}

function TargetChoice(props: { draft: RestoreDraft }) {
  const { t } = useI18n();
  return (
    <fieldset class="choice">
      <legend class="visually-hidden">{t('restores.where')}</legend>
      <For each={kinds}>
        {(kind) => (
          <div>
            <label class="check">
              <input
                type="radio"
                name="target"
                checked={props.draft.kind() === kind}
                onChange={() => props.draft.setKind(kind)}
              />
              <b>{t(`restores.target.${kind}`)}</b>
              <span class="sub">{t(`restores.targetText.${kind}`)}</span>
            </label>
          </div>
        )}
      </For>
    </fieldset>
  );
}

function Comparing(props: { draft: RestoreDraft }) {
  const { t } = useI18n();
  return (
    <Show when={!props.draft.error() && !props.draft.suffixProblem()}>
      <p class="word running comparing">
        <Mark name="running" />
        {t('restores.comparing')}
      </p>
    </Show>
  );
}

function PlanFacts(props: { plan: RestorePlan }) {
  const { t, f } = useI18n();
  return (
    <>
      <PlanPlace plan={props.plan} />
      <PlanEffects plan={props.plan} />
      <p class="sub">{t('restores.planHolds', f.relative(props.plan.expiresAt, now()))}</p>
    </>
  );
}
