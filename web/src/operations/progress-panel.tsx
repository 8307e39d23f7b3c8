// A running operation: share, rate, time left, each namespace, and how to cancel it.
import type { NamespaceProgress, OperationProgress } from '@holdfast/shared/operation';
import { createMemo, For, type JSX, Show } from 'solid-js';
import { ProgressBar } from '../controls/progress-bar.tsx';
import { HeadCell, RowHead, Table, TableBody, TableHead, Td, Tr } from '../controls/table.tsx';
import { Word } from '../controls/word.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';
import { CancelOperation } from './cancel-operation.tsx';
import { stalledSince, wholeShare } from './progress-facts.ts';

/** The share so far; never goes back while one operation is shown. */
export function createSteadyShare(progress: () => OperationProgress): () => number | null {
  let last = { operationId: '', share: 0 };
  return createMemo(() => {
    const share = wholeShare(progress());
    if (last.operationId !== progress().operationId) last = { operationId: progress().operationId, share: 0 };
    if (share !== null) last.share = Math.max(last.share, share);
    return share === null && last.share === 0 ? null : last.share;
  });
}

/** The whole panel, as the pages of a deployment and a backup show it. */
export function ProgressPanel(props: { progress: OperationProgress }) {
  const { t } = useI18n();
  return (
    <section class="operation" aria-label={t('operation.title', props.progress.kind, props.progress.deploymentName)}>
      <ProgressHeadline progress={props.progress} acts={<CancelOperation progress={props.progress} />} />
      <Show when={props.progress.namespaces.length > 0}>
        <NamespaceProgressTable namespaces={props.progress.namespaces} />
      </Show>
    </section>
  );
}

/** Share, phase, time so far and time left, with what can be done beside them. */
export function ProgressHeadline(props: { progress: OperationProgress; acts?: JSX.Element }) {
  const { t, f } = useI18n();
  const share = createSteadyShare(() => props.progress);
  const stalled = () => stalledSince(props.progress);
  return (
    <div class="headline">
      <ProgressBar
        share={share()}
        label={t('operation.title', props.progress.kind, props.progress.deploymentName)}
        big
        stalled={Boolean(stalled())}
      />
      <p>
        <ShareText share={share()} />
        <span class="muted">{t('operation.phase', props.progress.phase)}</span>
        <span class="muted">{t('operation.after', f.duration(now() - Date.parse(props.progress.startedAt)))}</span>
        <span class="end">
          <Show when={!stalled()} fallback={<StalledText since={stalled() ?? ''} />}>
            <TimeLeft progress={props.progress} />
          </Show>
        </span>
        {props.acts}
      </p>
      <Show when={props.progress.bytes > 0 || props.progress.documents > 0}>
        <p class="muted">{t('operation.moved', props.progress)}</p>
      </Show>
    </div>
  );
}

/** One line for a table of deployments. */
export function ProgressLine(props: { progress: OperationProgress }) {
  const { t } = useI18n();
  const share = createSteadyShare(() => props.progress);
  const stalled = () => stalledSince(props.progress);
  return (
    <div class="live-row">
      <ProgressBar
        share={share()}
        label={t('operation.title', props.progress.kind, props.progress.deploymentName)}
        stalled={Boolean(stalled())}
      />
      <span>
        <ShareText share={share()} />{' '}
        <Show when={!stalled()} fallback={<StalledText since={stalled() ?? ''} />}>
          {t('operation.moved', props.progress)} <TimeLeft progress={props.progress} />
        </Show>{' '}
        <CancelOperation progress={props.progress} />
      </span>
    </div>
  );
}

function ShareText(props: { share: number | null }) {
  const { t, f } = useI18n();
  return (
    <b class="running">
      {props.share === null ? t('operation.measuring') : f.percent(Math.floor(props.share * 100) / 100)}
    </b>
  );
}

/** A restore has several steps of their own length; what is known is the time left of the present one. */
function TimeLeft(props: { progress: OperationProgress }) {
  const { t, f } = useI18n();
  const left = () => f.duration(Math.ceil(props.progress.secondsLeft ?? 0) * 1000);
  return (
    <Show when={(props.progress.secondsLeft ?? 0) > 0}>
      <b class="text">{t(props.progress.kind === 'restore' ? 'operation.leftOfStep' : 'operation.left', left())}</b>
    </Show>
  );
}

function StalledText(props: { since: string }) {
  const { t, f } = useI18n();
  return (
    <Word mark="attention" tone="attention">
      {t('operation.stalled', f.seconds(props.since), f.duration(now() - Date.parse(props.since)))}
    </Word>
  );
}

/** How far each collection is. */
export function NamespaceProgressTable(props: { namespaces: readonly NamespaceProgress[] }) {
  const { t } = useI18n();
  return (
    <div class="wide">
      <Table class="plain namespaces">
        <TableHead>
          <Tr>
            <HeadCell>{t('operation.namespace')}</HeadCell>
            <HeadCell>{t('operation.done')}</HeadCell>
            <HeadCell class="num">{t('backups.documents')}</HeadCell>
          </Tr>
        </TableHead>
        <TableBody>
          <For each={props.namespaces}>{(namespace) => <NamespaceRow namespace={namespace} />}</For>
        </TableBody>
      </Table>
    </div>
  );
}

function NamespaceRow(props: { namespace: NamespaceProgress }) {
  const { t, f } = useI18n();
  const share = () => {
    const { done, documents, totalDocuments } = props.namespace;
    if (done) return 1;
    return totalDocuments ? Math.min(0.99, documents / totalDocuments) : 0;
  };
  return (
    <Tr>
      <RowHead class="code">{props.namespace.namespace}</RowHead>
      <Td>
        <ProgressBar share={share()} label={props.namespace.namespace} done={props.namespace.done} />
      </Td>
      <Td class="num">
        {f.count(props.namespace.documents)}
        <Show when={!props.namespace.done && props.namespace.totalDocuments}>
          {(total) => <span class="faint narrow-hide"> {t('operation.ofAbout', total())}</span>}
        </Show>
      </Td>
    </Tr>
  );
}
