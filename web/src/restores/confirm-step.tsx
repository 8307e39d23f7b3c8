// Step two: the last look. A restore in place wants its target's name typed; a copy wants a plain yes.
import type { RestorePlan } from '@holdfast/shared/restore-plan';
import RotateCcw from 'lucide-solid/icons/rotate-ccw';
import { createUniqueId, onMount, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Mark } from '../marks/mark.tsx';
import { countPlan } from './plan-effects.tsx';
import { databasesOf, PlanPlace } from './plan-place.tsx';
import type { RestoreDraft } from './restore-draft.ts';

export function ConfirmStep(props: { draft: RestoreDraft }) {
  return (
    <Show when={props.draft.plan()}>
      {(plan) => (
        <>
          <PlanPlace plan={plan()} />
          <Show when={plan().target.kind === 'original'} fallback={<CopyEffects plan={plan()} />}>
            <OriginalEffects plan={plan()} />
          </Show>
          <Show when={plan().phrase !== null}>
            <PhraseField draft={props.draft} phrase={plan().phrase ?? ''} />
          </Show>
        </>
      )}
    </Show>
  );
}

function CopyEffects(props: { plan: RestorePlan }) {
  const { t } = useI18n();
  return (
    <ul class="effects">
      <li>
        <Mark name="add" />
        <b>{t('restores.copyAdds', props.plan.namespaces.length, databasesOf(props.plan))}</b>
        <span class="muted">{t('restores.documentsText', props.plan.documents, props.plan.rawBytes)}</span>
      </li>
      <li>
        <Mark name="same" />
        <b>{t('restores.copyLeaves')}</b>
        <span class="muted">{t('restores.copyLeavesText')}</span>
      </li>
    </ul>
  );
}

function OriginalEffects(props: { plan: RestorePlan }) {
  const { t } = useI18n();
  const count = () => countPlan(props.plan);
  return (
    <ul class="effects">
      <li class="hot">
        <Mark name="swap" tone="danger" />
        <b>{t('restores.originalReplaces', count().replaced, count().added)}</b>
        <span class="muted">{t('restores.originalLoses', props.plan.deploymentName)}</span>
      </li>
      <li>
        <RotateCcw class="icon" aria-hidden="true" />
        <b>{t('restores.originalProves')}</b>
        <span class="muted">{t('restores.originalProvesText')}</span>
      </li>
    </ul>
  );
}

function PhraseField(props: { draft: RestoreDraft; phrase: string }) {
  const { t } = useI18n();
  const id = createUniqueId();
  let input: HTMLInputElement | undefined;
  onMount(() => input?.focus());
  return (
    <div class="confirm field">
      <label for={id}>
        {t('restores.typePhrase')} <code>{props.phrase}</code>
      </label>
      <input
        ref={input}
        class="input"
        id={id}
        value={props.draft.phrase()}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        onInput={(event) => props.draft.setPhrase(event.currentTarget.value)}
      />
      <span class="hint">{t('restores.enterStartsNothing')}</span>
    </div>
  );
}
