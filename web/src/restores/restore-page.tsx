// One restore: what state the live data is in, how far it has come, and how it ended.
import type { OperationPhase, OperationProgress } from '@holdfast/shared/operation';
import type { Restore } from '@holdfast/shared/restore';
import { useParams } from '@solidjs/router';
import { useQuery } from '@tanstack/solid-query';
import { For, Show } from 'solid-js';
import { Story } from '../activity/story.tsx';
import { Bones } from '../controls/bones.tsx';
import { FailureNote } from '../controls/failure-note.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { useLive } from '../live/live-context.tsx';
import { Mark } from '../marks/mark.tsx';
import { ProgressPanel } from '../operations/progress-panel.tsx';
import { Page, Verdict } from '../shell/page.tsx';
import { RestoreFacts } from './restore-facts.tsx';
import { restoreLook } from './restore-list.tsx';

export function RestorePage() {
  const { t, f } = useI18n();
  const api = useApi();
  const params = useParams();
  const restore = useQuery(() => api.restores.byId.query({ id: params.id ?? '' }));
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
      <TruthBand restore={props.restore} phase={progress()?.phase} />
      <Show when={progress()}>
        {(running) => (
          <>
            <ProgressPanel progress={running()} />
            <Steps restore={props.restore} progress={running()} />
          </>
        )}
      </Show>
      <Show when={props.restore.error}>{(error) => <FailureNote failure={error()} />}</Show>
      <div class="split">
        <Story operationId={props.restore.id} />
        <RestoreFacts restore={props.restore} />
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
  return (
    <Verdict
      small
      mark={look().mark}
      tone={look().tone}
      answer={t('restores.verdict', props.restore.status, props.restore.deploymentName)}
      rest={t('restores.asOf', of())}
      facts={t('restores.confirmedBy', props.restore.actor, f.moment(props.restore.createdAt))}
    />
  );
}

/** One sentence that is always true of the live data; read aloud when it changes. */
function TruthBand(props: { restore: Restore; phase: OperationPhase | undefined }) {
  const { t } = useI18n();
  const isCopy = () => props.restore.target.kind === 'copy';
  const isRunning = () => props.restore.status === 'running' || props.restore.status === 'requested';
  const isSwapping = () => isRunning() && !isCopy() && (props.phase === 'swap' || props.phase === 'finish');
  const isWhole = () => props.restore.liveData !== 'partly-replaced' && !isSwapping();
  const text = () => {
    if (isSwapping()) return t('restores.truthSwapping');
    if (isRunning()) return t(isCopy() ? 'restores.truthCopying' : 'restores.truthStaging');
    if (props.restore.status === 'completed') {
      return t(isCopy() ? 'restores.truthCopied' : 'restores.truthReplaced', props.restore.databases);
    }
    return t('restores.truthEnded', props.restore.liveData);
  };
  return (
    <section
      class="truth"
      classList={{ uncertain: !isWhole() }}
      aria-live="polite"
      aria-label={t('restores.liveDataNow')}
    >
      <Mark name={isWhole() ? 'verified' : 'attention'} tone={isWhole() ? 'safe' : 'attention'} />
      <div>
        <h2>{isSwapping() ? t('restores.swapping') : t('restores.liveData', props.restore.liveData)}</h2>
        <p>{text()}</p>
      </div>
    </section>
  );
}

function Steps(props: { restore: Restore; progress: OperationProgress }) {
  const { t } = useI18n();
  const steps = (): OperationPhase[] =>
    props.restore.target.kind === 'copy' ? ['verify', 'stage', 'prove'] : ['verify', 'stage', 'prove', 'swap'];
  const reached = () => {
    const index = steps().indexOf(props.progress.phase);
    return props.progress.phase === 'finish' ? steps().length : index;
  };
  return (
    <ol class="thread flow">
      <For each={steps()}>
        {(step, index) => (
          <li classList={{ future: index() > reached() }} aria-current={index() === reached() ? 'step' : undefined}>
            <Mark
              name={index() < reached() ? 'done' : index() === reached() ? 'running' : 'todo'}
              tone={index() === reached() ? 'running' : index() > reached() ? 'off' : undefined}
            />
            <div>
              <h3>{t(`restores.step.${step as 'verify' | 'stage' | 'prove' | 'swap'}`)}</h3>
              <p>{t(`restores.stepText.${step as 'verify' | 'stage' | 'prove' | 'swap'}`)}</p>
            </div>
          </li>
        )}
      </For>
    </ol>
  );
}
