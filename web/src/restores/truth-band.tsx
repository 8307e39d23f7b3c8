// One sentence that is always true of the live data, read aloud when it changes; and the cancel, as long as there is one.
import type { OperationProgress } from '@holdfast/shared/operation';
import type { Restore } from '@holdfast/shared/restore';
import { createMemo, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Mark } from '../marks/mark.tsx';
import { CancelOperation } from '../operations/cancel-operation.tsx';
import { canBeCancelled, isWhole, truthOf } from './truth.ts';

export function TruthBand(props: { restore: Restore; progress: OperationProgress | undefined }) {
  const { t } = useI18n();
  const truth = createMemo(() => truthOf(props.restore, props.progress?.phase));
  return (
    <section class="truth" classList={{ uncertain: !isWhole(truth()) }} aria-label={t('restores.liveDataNow')}>
      <Mark name={isWhole(truth()) ? 'verified' : 'attention'} tone={isWhole(truth()) ? 'safe' : 'attention'} />
      <div aria-live="polite">
        <h2>{t(`restoreRun.truth.${truth()}`)}</h2>
        <p>{t('restoreRun.truthText', truth(), props.restore.databases)}</p>
      </div>
      <Show when={canBeCancelled(truth()) && props.progress}>
        {(progress) => (
          <div class="actions">
            <CancelOperation progress={progress()} plain />
          </div>
        )}
      </Show>
    </section>
  );
}
