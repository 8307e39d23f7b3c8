// The restore in two steps: what will happen, then the confirmation. Date and age of the backup stand largest; Enter
// starts nothing; going back comes before going on.
import { createMemo, Show } from 'solid-js';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { SheetDialog } from '../controls/sheet-dialog.tsx';
import { refusedWith } from '../data/refusal.ts';
import { createDeployment } from '../deployments/find-deployment.ts';
import { useI18n } from '../i18n/i18n-context.tsx';
import { useBusy } from '../operations/busy.ts';
import { GuardedButton } from '../operations/guarded-button.tsx';
import { BackupMoment } from './backup-moment.tsx';
import { ConfirmStep } from './confirm-step.tsx';
import { PlanStep } from './plan-step.tsx';
import { createRestoreDraft, type RestoreDraft } from './restore-draft.ts';

export function RestoreDialog(props: { backupId: string; onClose: () => void }) {
  const { t } = useI18n();
  const draft = createRestoreDraft(
    () => props.backupId,
    () => props.onClose(),
  );
  const name = () => draft.backup()?.deploymentName ?? '';
  return (
    <SheetDialog
      open
      wide
      onClose={props.onClose}
      title={draft.step() === 'plan' ? t('restores.planTitle', name()) : t('restores.confirmTitle', name())}
      footer={<DialogFooter draft={draft} onClose={props.onClose} />}
    >
      <div class="dialog-text restore">
        <Show when={draft.backup()}>{(backup) => <BackupMoment backup={backup()} />}</Show>
        <Show when={draft.step() === 'plan'} fallback={<ConfirmStep draft={draft} />}>
          <PlanStep draft={draft} />
        </Show>
        <RefusalNote error={draft.error()} />
        <Show when={refusedWith(draft.error(), 'PLAN_NOT_FOUND')}>
          <button class="btn" type="button" onClick={() => draft.replan()}>
            {t('restores.planAnew')}
          </button>
        </Show>
      </div>
    </SheetDialog>
  );
}

function DialogFooter(props: { draft: RestoreDraft; onClose: () => void }) {
  const { t } = useI18n();
  const deployment = createDeployment(() => props.draft.backup()?.deploymentId);
  const busy = useBusy(deployment);
  const isPlanning = () => props.draft.step() === 'plan';
  return (
    <>
      <button class="btn" type="button" onClick={() => (isPlanning() ? props.onClose() : props.draft.setStep('plan'))}>
        {t('common.goBack')}
      </button>
      <Show when={isPlanning()} fallback={<ConfirmButton draft={props.draft} busy={busy()} />}>
        <GuardedButton
          busy={busy()}
          class="primary"
          unavailable={props.draft.plan() ? null : t('restores.noPlanYet')}
          onPress={() => props.draft.setStep('confirm')}
        >
          {t('restores.continue')}
        </GuardedButton>
      </Show>
    </>
  );
}

function ConfirmButton(props: { draft: RestoreDraft; busy: ReturnType<ReturnType<typeof useBusy>> }) {
  const { t } = useI18n();
  const unavailable = createMemo(() => {
    if (!props.draft.plan()) return t('restores.noPlanYet');
    if (props.draft.phraseFits()) return null;
    return props.draft.phrase() ? t('restores.phraseDiffers') : t('restores.phraseMissing');
  });
  return (
    <GuardedButton
      busy={props.busy}
      class={props.draft.kind() === 'original' ? 'danger-solid' : 'primary'}
      pending={props.draft.isConfirming()}
      unavailable={unavailable()}
      onPress={() => props.draft.confirm()}
    >
      {props.draft.isConfirming() ? t('restores.starting') : t('restores.confirm')}
    </GuardedButton>
  );
}
