// What to do next after a restore has ended, well or not.
import type { Restore } from '@holdfast/shared/restore';
import { type JSX, Match, Show, Switch } from 'solid-js';
import { createDeployment } from '../deployments/find-deployment.ts';
import { useI18n } from '../i18n/i18n-context.tsx';
import { useBusy } from '../operations/busy.ts';
import { GuardedButton } from '../operations/guarded-button.tsx';
import { useOpenPlan } from './open-plan.ts';
import { isTakenBack, isUnderWay } from './truth.ts';

/** A section of the side column; nothing while the restore runs, nor once it was taken back. */
export function NextSteps(props: { restore: Restore }) {
  const { t } = useI18n();
  return (
    <Show when={!isUnderWay(props.restore) && !isTakenBack(props.restore)}>
      <section>
        <h2>{t('restoreRun.next')}</h2>
        <ul class="todo-list">
          <Show when={props.restore.status === 'completed'} fallback={<AfterFailure restore={props.restore} />}>
            <AfterSuccess restore={props.restore} />
          </Show>
        </ul>
      </section>
    </Show>
  );
}

function Todo(props: { title: string; text: JSX.Element }) {
  return (
    <li>
      <b>{props.title}</b>
      <span class="sub">{props.text}</span>
    </li>
  );
}

function AfterSuccess(props: { restore: Restore }) {
  const { t } = useI18n();
  const isCopy = () => props.restore.target.kind === 'copy';
  const isSwapped = () => props.restore.swapMs !== null;
  /** One that was only needed goes with the undo. */
  const isSafetyKept = () =>
    props.restore.options.safetyBackup === 'everything' || props.restore.undo?.state === 'kept';
  return (
    <>
      <Show when={isCopy()}>
        <Todo title={t('restoreRun.useCopy')} text={t('restoreRun.useCopyText', props.restore.databases)} />
      </Show>
      <Show when={isSwapped()}>
        <Todo title={t('restoreRun.changeStreams')} text={t('restoreRun.changeStreamsText')} />
      </Show>
      <Show when={(props.restore.merged?.colliding ?? 0) > 0}>
        <Todo
          title={t('restoreRun.lookAtColliding')}
          text={
            <>
              {t('restoreRun.lookAtCollidingText')}{' '}
              <a href={`/backups/${props.restore.backupId}`}>{t('backups.open')}</a>
            </>
          }
        />
      </Show>
      <Show when={isSafetyKept() && props.restore.safetyBackupId}>
        {(id) => (
          <Todo
            title={t('restoreRun.safetyKept')}
            text={
              <>
                {t('restoreRun.safetyKeptText')} <a href={`/backups/${id()}`}>{t('restoreRun.openSafety')}</a>
              </>
            }
          />
        )}
      </Show>
      <Show when={!isCopy()}>
        <Todo title={t('restoreRun.backUp')} text={t('restoreRun.backUpText')} />
      </Show>
    </>
  );
}

function AfterFailure(props: { restore: Restore }) {
  const { t } = useI18n();
  const isCancelled = () => props.restore.status === 'cancelled';
  return (
    <>
      <Switch fallback={<Todo title={t('restoreRun.tryAgain', isCancelled())} text={t('restoreRun.tryAgainText')} />}>
        <Match when={props.restore.liveData === 'partly-replaced'}>
          <Todo
            title={t('restoreRun.stopWriting')}
            text={t('restoreRun.stopWritingText', props.restore.undo?.state === 'kept')}
          />
        </Match>
        <Match when={isDamaged(props.restore)}>
          <Todo title={t('restoreRun.otherBackupNext')} text={t('restoreRun.tryAgainText')} />
        </Match>
        <Match when={props.restore.liveData === 'replaced'}>
          <Todo title={t('restoreRun.lookAtIt')} text={t('restoreRun.lookAtItText')} />
        </Match>
      </Switch>
      <Show when={isCancelled() && props.restore.undoOf === null}>
        <li>
          <NewPlan restore={props.restore} />
        </li>
      </Show>
    </>
  );
}

function isDamaged({ error }: Restore): boolean {
  return error?.reason === 'archive-damaged';
}

/** Begins anew: with the same backup, or with another one where it is damaged. */
export function NewPlan(props: { restore: Restore }) {
  const { t } = useI18n();
  return (
    <Show when={isDamaged(props.restore)} fallback={<SameBackup restore={props.restore} />}>
      <a class="btn" href="/restore">
        {t('restoreRun.otherBackup')}
      </a>
    </Show>
  );
}

function SameBackup(props: { restore: Restore }) {
  const { t } = useI18n();
  const openPlan = useOpenPlan();
  const busy = useBusy(createDeployment(() => props.restore.deploymentId));
  return (
    <GuardedButton busy={busy()} onPress={() => openPlan(props.restore.backupId)}>
      {t('restorePlan.newPlan')}
    </GuardedButton>
  );
}
