import type { OperationPhase, OperationProgress } from '@holdfast/shared/operation';
import { useMutation } from '@tanstack/solid-query';
import { createSignal, Show } from 'solid-js';
import { ConfirmDialog } from '../controls/confirm-dialog.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';

/** From here on a restore is brought to its end, whatever anybody asks for. */
const tooLate: readonly OperationPhase[] = ['swap', 'finish'];

/**
 * The button and the question before it. Once asked for, it says so until the operation has ended. Nothing where a cancel
 * comes too late. `plain` where it stands alone.
 */
export function CancelOperation(props: { progress: OperationProgress; plain?: boolean }) {
  const isTooLate = () => props.progress.kind === 'restore' && tooLate.includes(props.progress.phase);
  return (
    <Show when={!isTooLate()}>
      <Cancel progress={props.progress} plain={props.plain ?? false} />
    </Show>
  );
}

function Cancel(props: { progress: OperationProgress; plain: boolean }) {
  const { t } = useI18n();
  const api = useApi();
  const cancel = useMutation(() => api.operations.cancel.mutation());
  const [isAsking, setAsking] = createSignal(false);
  return (
    <Show when={!props.progress.cancelRequested} fallback={<span class="why-not">{t('operation.cancelling')}</span>}>
      <button class={props.plain ? 'btn' : 'btn quiet small'} type="button" onClick={() => setAsking(true)}>
        {t('operation.cancelAsk', props.progress.kind)}
      </button>
      <ConfirmDialog
        open={isAsking()}
        onClose={() => setAsking(false)}
        title={t('operation.cancelTitle', props.progress.kind, props.progress.deploymentName)}
        action={t('operation.cancelDo', props.progress.kind)}
        run={() => cancel.mutateAsync({ id: props.progress.operationId })}
      >
        <p>{t('operation.cancelEffect', props.progress.kind)}</p>
      </ConfirmDialog>
    </Show>
  );
}
