// Whether a restore can be taken back: how long, what is kept for it, and the two ways to end that.
import type { Restore, RestoreUndo } from '@holdfast/shared/restore';
import { useMutation } from '@tanstack/solid-query';
import RotateCcw from 'lucide-solid/icons/rotate-ccw';
import { createSignal, Match, Show, Switch } from 'solid-js';
import { ConfirmDialog } from '../controls/confirm-dialog.tsx';
import { useApi } from '../data/api-context.tsx';
import { createDeployment } from '../deployments/find-deployment.ts';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';
import { Mark } from '../marks/mark.tsx';
import { useBusy } from '../operations/busy.ts';
import { GuardedButton } from '../operations/guarded-button.tsx';
import { isUnderWay } from './truth.ts';
import { isMerge, UndoDialog } from './undo-dialog.tsx';

/** Nothing is shown for a restore that replaced nothing, or has not ended. One that failed half-way can be taken back like any other. */
export function UndoSection(props: { restore: Restore }) {
  return (
    <Show when={!isUnderWay(props.restore) && props.restore.undo}>
      {(undo) => (
        <Show when={undo().state === 'kept'} fallback={<Over restore={props.restore} undo={undo()} />}>
          <Kept restore={props.restore} undo={undo()} />
        </Show>
      )}
    </Show>
  );
}

interface PartProps {
  restore: Restore;
  undo: RestoreUndo;
}

function Kept(props: PartProps) {
  const { t, f } = useI18n();
  const leftMs = () => Math.max(0, Date.parse(props.undo.until) - now());
  return (
    <section class="truth calm" aria-label={t('undo.section')}>
      <Mark name="link" />
      <div>
        <h2>{leftMs() > 0 ? t('undo.title', f.duration(leftMs())) : t('undo.titleSoon')}</h2>
        <Fuse leftMs={leftMs()} hours={props.restore.options.undoHours} />
        <p>{t('undo.lead', props.undo.bytes, f.moment(props.undo.until), isMerge(props.restore))}</p>
      </div>
      <Acts restore={props.restore} undo={props.undo} />
    </section>
  );
}

/** Its width is set through the CSSOM, which a strict Content-Security-Policy allows. */
function Fuse(props: { leftMs: number; hours: number }) {
  const { t, f } = useI18n();
  const share = () => Math.min(1, props.leftMs / (props.hours * 3_600_000));
  return (
    <span class="fuse" role="img" aria-label={t('undo.timeLeft', f.duration(props.leftMs), props.hours)}>
      <i style={{ width: `${Math.ceil(share() * 1_000) / 10}%` }} />
    </span>
  );
}

function Acts(props: PartProps) {
  const { t } = useI18n();
  const busy = useBusy(createDeployment(() => props.restore.deploymentId));
  const [asked, setAsked] = createSignal<'undo' | 'free' | null>(null);
  return (
    <div class="actions">
      <GuardedButton busy={busy()} onPress={() => setAsked('undo')}>
        <RotateCcw class="icon" aria-hidden="true" />
        {t('undo.ask')}
      </GuardedButton>
      <GuardedButton busy={busy()} class="quiet" reason="elsewhere" onPress={() => setAsked('free')}>
        {t('undo.freeAsk')}
      </GuardedButton>
      <Switch>
        <Match when={asked() === 'undo'}>
          <UndoDialog restore={props.restore} onClose={() => setAsked(null)} />
        </Match>
        <Match when={asked() === 'free'}>
          <FreeSpace restore={props.restore} undo={props.undo} onClose={() => setAsked(null)} />
        </Match>
      </Switch>
    </div>
  );
}

function FreeSpace(props: PartProps & { onClose: () => void }) {
  const { t } = useI18n();
  const api = useApi();
  const drop = useMutation(() => api.restores.dropUndo.mutation());
  return (
    <ConfirmDialog
      open
      onClose={props.onClose}
      title={t('undo.freeTitle')}
      action={t('undo.free')}
      run={() => drop.mutateAsync({ id: props.restore.id })}
    >
      <p>{t('undo.freeEffect', props.undo.bytes)}</p>
    </ConfirmDialog>
  );
}

function Over(props: PartProps) {
  const { t } = useI18n();
  return (
    <p class="muted undo-over">
      {t('undo.over', props.undo.state)}{' '}
      <Show when={props.undo.by}>{(by) => <a href={`/restores/${by()}`}>{t('undo.openUndo')}</a>}</Show>
    </p>
  );
}
