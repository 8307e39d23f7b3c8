// Stays in view below a plan: how long it holds, what it drops, and the way on. Going back comes first.
import type { Backup } from '@holdfast/shared/backup';
import { Show } from 'solid-js';
import { Word } from '../controls/word.tsx';
import { createDeployment } from '../deployments/find-deployment.ts';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';
import { useBusy } from '../operations/busy.ts';
import { GuardedButton } from '../operations/guarded-button.tsx';
import { droppedOf } from './plan-rows.ts';
import type { RestoreDraft } from './restore-draft.ts';
import { hasProblem } from './restore-form.ts';

export function PlanFoot(props: { draft: RestoreDraft; backup: Backup }) {
  const { t } = useI18n();
  const busy = useTargetBusy(() => props.draft);
  const drops = () => droppedOf(props.draft.plan()?.namespaces ?? []).length;
  const unavailable = () => {
    if (props.draft.plan()) return null;
    return isRefused() ? t('restorePlan.mendFirst') : t('restores.noPlanYet');
  };
  const isRefused = () => hasProblem(props.draft.problems()) || Boolean(props.draft.planError());
  return (
    <div class="decide">
      <a class="btn" href={`/backups/${props.backup.id}`}>
        {t('restorePlan.back')}
      </a>
      <Validity draft={props.draft} />
      <div class="end">
        <Show when={drops() > 0}>
          <Word mark="drop" tone="danger">
            {t('restorePlan.dropsCount', drops())}
          </Word>
        </Show>
        <GuardedButton
          busy={busy()}
          class="primary"
          unavailable={unavailable()}
          reason={props.draft.plan() || busy() || isRefused() ? 'sentence' : 'elsewhere'}
          onPress={() => props.draft.confirmation.setOpen(true)}
        >
          {t('restorePlan.continue')}
        </GuardedButton>
      </div>
    </div>
  );
}

/** What holds the lock of the deployment that is written to. */
export function useTargetBusy(draft: () => RestoreDraft) {
  const id = () => draft().form().deploymentId ?? draft().backup()?.deploymentId;
  return useBusy(createDeployment(id));
}

function Validity(props: { draft: RestoreDraft }) {
  const { t, f } = useI18n();
  // By the minute, so that it does not count down in the corner of the eye.
  const left = (until: string) =>
    f.duration(Math.max(60_000, Math.round((Date.parse(until) - now()) / 60_000) * 60_000));
  return (
    <Show
      when={!props.draft.isOutdated()}
      fallback={
        <>
          <Word mark="attention" tone="attention">
            {t('restorePlan.expired')}
          </Word>
          <button class="btn" type="button" onClick={() => props.draft.replan()}>
            {t('restorePlan.newPlan')}
          </button>
        </>
      }
    >
      <span class="faint decide-text">
        <Show when={props.draft.plan()}>{(plan) => t('restorePlan.expires', left(plan().expiresAt))}</Show>
      </span>
    </Show>
  );
}
