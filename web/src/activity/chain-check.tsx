// The head of the activity: how long the ledger is, and the walk over its chain with the result in words.
import type { ChainReport } from '@holdfast/shared/audit';
import { useMutation } from '@tanstack/solid-query';
import { Show } from 'solid-js';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { useLive } from '../live/live-context.tsx';
import { Mark } from '../marks/mark.tsx';
import { Verdict } from '../shell/page.tsx';

export function ChainCheck() {
  const { t } = useI18n();
  const api = useApi();
  const live = useLive();
  const walk = useMutation(() => api.audit.verify.mutation());
  return (
    <>
      <Verdict
        small
        answer={t('shell.activity')}
        facts={t('activity.eventsText', live.status().position)}
        actions={
          <button class="btn" type="button" disabled={walk.isPending} onClick={() => walk.mutate({})}>
            {walk.isPending ? t('activity.verifying') : t('activity.verify')}
          </button>
        }
      />
      <div aria-live="assertive" class="walk-result">
        <Show when={walk.data}>{(report) => <ChainResult report={report()} />}</Show>
      </div>
      <RefusalNote error={walk.error} />
    </>
  );
}

function ChainResult(props: { report: ChainReport }) {
  return (
    <Show when={props.report.differsAt} fallback={<WholeChain report={props.report} />}>
      {(difference) => <BrokenChain difference={difference()} />}
    </Show>
  );
}

function WholeChain(props: { report: ChainReport }) {
  const { t, f } = useI18n();
  return (
    <div class="why calm">
      <Mark name="ok" tone="safe" />
      <p>
        <b>{t('activity.whole')}</b> {t('activity.wholeText', props.report.events, f.duration(props.report.durationMs))}
      </p>
    </div>
  );
}

function BrokenChain(props: { difference: NonNullable<ChainReport['differsAt']> }) {
  const { t } = useI18n();
  return (
    <div class="why danger">
      <Mark name="danger" tone="danger" />
      <p>
        <b>{t('activity.broken', props.difference.position)}</b> {t(`activity.problem.${props.difference.problem}`)}{' '}
        {t('activity.brokenText')}
        <span class="sub code">{t('activity.expectedFound', props.difference.expected, props.difference.found)}</span>
      </p>
      <a class="btn small" href={`/activity?at=${props.difference.position}`}>
        {t('activity.showPosition', props.difference.position)}
      </a>
    </div>
  );
}
