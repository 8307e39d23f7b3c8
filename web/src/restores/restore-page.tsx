// One restore: what state the live data is in, how far it has come, and how it ended.
import type { Restore } from '@holdfast/shared/restore';
import { useParams } from '@solidjs/router';
import { useQuery } from '@tanstack/solid-query';
import { Show } from 'solid-js';
import { Story } from '../activity/story.tsx';
import { Bones } from '../controls/bones.tsx';
import { FailureNote } from '../controls/failure-note.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { useLive } from '../live/live-context.tsx';
import { ProgressHeadline } from '../operations/progress-panel.tsx';
import { NotFoundPage } from '../shell/not-found-page.tsx';
import { Page, Verdict } from '../shell/page.tsx';
import { NewPlan, NextSteps } from './next-steps.tsx';
import { PhaseThread } from './phase-thread.tsx';
import { RestoreFacts } from './restore-facts.tsx';
import { restoreLook } from './restore-list.tsx';
import { RestoreResult } from './restore-result.tsx';
import { RestoreSteps } from './restore-steps.tsx';
import { isTakenBack, isUnderWay } from './truth.ts';
import { TruthBand } from './truth-band.tsx';
import { UndoSection } from './undo-section.tsx';

/** Made anew for each restore: an undo leads from one to the next, whose parts must not read what is not there yet. */
export function RestorePage() {
  const params = useParams();
  return (
    <Show when={params.id} keyed fallback={<NotFoundPage />}>
      {(id) => <OneRestore id={id} />}
    </Show>
  );
}

function OneRestore(props: { id: string }) {
  const { t, f } = useI18n();
  const api = useApi();
  const restore = useQuery(() => api.restores.byId.query({ id: props.id }));
  const title = () =>
    restore.data ? t('restores.restoreOf', f.moment(restore.data.createdAt)) : t('restores.restore');
  return (
    <Page
      title={`${restore.data?.deploymentName ?? ''} ${title()}`.trim()}
      crumbs={[
        { label: t('shell.overview'), href: '/' },
        { label: restore.data?.deploymentName ?? '…', href: `/deployments/${restore.data?.deploymentId ?? ''}` },
        { label: title() },
      ]}
    >
      <RefusalNote error={restore.error} />
      <Show
        when={restore.data}
        fallback={
          <Show when={!restore.error}>
            <Bones lines={6} />
          </Show>
        }
      >
        {(known) => <KnownRestore restore={known()} />}
      </Show>
    </Page>
  );
}

function KnownRestore(props: { restore: Restore }) {
  const live = useLive();
  const progress = () => live.operations.find(({ operationId }) => operationId === props.restore.id);
  return (
    <>
      <RestoreVerdict restore={props.restore} />
      <TruthBand restore={props.restore} progress={progress()} />
      <Show when={progress()}>{(running) => <ProgressHeadline progress={running()} />}</Show>
      <UndoSection restore={props.restore} />
      <Show when={props.restore.error}>
        {(error) => (
          <FailureNote failure={error()} acts={props.restore.undoOf === null && <NewPlan restore={props.restore} />} />
        )}
      </Show>
      <Show when={props.restore.status === 'completed'}>
        <RestoreResult restore={props.restore} />
      </Show>
      <div class="split">
        <div>
          <PhaseThread restore={props.restore} progress={progress()} />
          <Story operationId={props.restore.id} />
        </div>
        <aside class="aside">
          <NextSteps restore={props.restore} />
          <RestoreFacts restore={props.restore} />
        </aside>
      </div>
    </>
  );
}

function RestoreVerdict(props: { restore: Restore }) {
  const { t, f } = useI18n();
  const api = useApi();
  const backup = useQuery(() => api.backups.byId.query({ id: props.restore.backupId }));
  const look = () => restoreLook(props.restore);
  const of = () => (backup.data ? f.moment(backup.data.createdAt) : '…');
  const isCompleted = () => props.restore.status === 'completed';
  const answer = () => {
    if (isTakenBack(props.restore)) return t('restoreRun.takenBack', props.restore.deploymentName);
    return t('restoreRun.title', props.restore);
  };
  // A merge leaves what is there: live data is of no single time after it.
  const rest = () => {
    if (props.restore.undoOf !== null) return undefined;
    return t(props.restore.options.mode === 'merge' ? 'restores.fromBackupOf' : 'restores.asOf', of());
  };
  return (
    <Verdict
      small={!isCompleted()}
      mark={look().mark}
      tone={look().tone}
      answer={answer()}
      rest={rest()}
      facts={<VerdictFacts restore={props.restore} />}
      actions={<RestoreSteps current={isUnderWay(props.restore) ? 'restore' : 'result'} />}
    />
  );
}

function VerdictFacts(props: { restore: Restore }) {
  const { t, f } = useI18n();
  const took = (until: string) => f.duration(Date.parse(until) - Date.parse(props.restore.createdAt));
  return (
    <Show
      when={props.restore.completedAt}
      fallback={t(
        isUnderWay(props.restore) ? 'restoreRun.confirmedBy' : 'restoreRun.endedFacts',
        props.restore.actor,
        f.moment(props.restore.createdAt),
      )}
    >
      {(ended) => t('restoreRun.doneFacts', props.restore.actor, f.seconds(ended()), took(ended()))}
    </Show>
  );
}
