// Where archives are kept: the room there, what the last reconciliation found, the backups that are missing, and the archives that
// the ledger does not know.
import type { Destination, Reconciliation } from '@holdfast/shared/destination';
import type { Failure } from '@holdfast/shared/failures';
import { useMutation, useQuery, useQueryClient } from '@tanstack/solid-query';
import { For, Show } from 'solid-js';
import { Bones } from '../controls/bones.tsx';
import { ProgressBar } from '../controls/progress-bar.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { MomentText } from '../controls/time-text.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Mark } from '../marks/mark.tsx';
import { Section } from '../shell/page.tsx';
import { DiskNotes } from './disk-notes.tsx';
import { MissingBackups } from './missing-backups.tsx';
import { UnknownArchives } from './unknown-archives.tsx';

export function DestinationSection() {
  const { t } = useI18n();
  const api = useApi();
  const queries = useQueryClient();
  const destinations = useQuery(() => ({ ...api.destinations.list.query(), refetchOnMount: 'always' as const }));
  const reconcile = useMutation(() => ({
    ...api.destinations.reconcile.mutation(),
    onSettled: () => queries.invalidateQueries({ queryKey: api.destinations.list.key() }),
  }));
  return (
    <Section
      id="destination"
      title={t('settings.destination')}
      note={t('settings.destinationNote')}
      end={
        <button class="btn small" type="button" disabled={reconcile.isPending} onClick={() => reconcile.mutate({})}>
          {reconcile.isPending ? t('destinations.reconciling') : t('destinations.reconcile')}
        </button>
      }
    >
      <RefusalNote error={destinations.error ?? reconcile.error} />
      <div class="stacked">
        <DiskNotes />
        <Show when={destinations.data} fallback={<Bones lines={3} />}>
          {(known) => <For each={known()}>{(destination) => <KnownDestination destination={destination} />}</For>}
        </Show>
      </div>
    </Section>
  );
}

function KnownDestination(props: { destination: Destination }) {
  const last = () => props.destination.lastReconciliation;
  return (
    <div class="stacked">
      <Show when={last()?.problem}>{(problem) => <StoppedNote problem={problem()} />}</Show>
      <DestinationFacts destination={props.destination} />
      <Show when={props.destination.missing.length > 0}>
        <MissingBackups missing={props.destination.missing} />
      </Show>
      <Show when={last()?.unknown.length}>
        <UnknownArchives report={last() as Reconciliation} />
      </Show>
    </div>
  );
}

/** Why the destination was not looked at. What a failure's hint says of one archive does not fit here. */
function StoppedNote(props: { problem: Failure }) {
  const { t } = useI18n();
  return (
    <div class="why danger">
      <Mark name="danger" tone="danger" />
      <p>
        <b>{t('destinations.stopped')}</b> <span lang="en">{props.problem.message}</span>
        <span class="sub">{t('destinations.stoppedHint')}</span>
      </p>
    </div>
  );
}

function DestinationFacts(props: { destination: Destination }) {
  const { t } = useI18n();
  const last = () => props.destination.lastReconciliation;
  return (
    <dl class="facts system-facts">
      <dt>{t('destinations.place')}</dt>
      <dd>
        <span class="code">{props.destination.url}</span>
        <StorageSpace free={props.destination.freeBytes} total={props.destination.totalBytes} />
      </dd>
      <dt>{t('destinations.reconciled')}</dt>
      <dd aria-live="polite">
        <Show when={last()} fallback={t('common.never')}>
          {(report) => (
            <>
              <MomentText at={report().at} />
              <Show when={!report().problem}>
                <span class="sub">{t('destinations.outcome', report())}</span>
              </Show>
            </>
          )}
        </Show>
      </dd>
      <Show when={last()?.elsewhere}>
        {(count) => (
          <>
            <dt>{t('destinations.elsewhere')}</dt>
            <dd>{t('destinations.elsewhereText', count())}</dd>
          </>
        )}
      </Show>
    </dl>
  );
}

function StorageSpace(props: { free: number | null; total: number | null }) {
  const { t } = useI18n();
  const used = () => (props.free !== null && props.total ? 1 - props.free / props.total : null);
  return (
    <Show when={used() !== null}>
      <span class="space">
        <ProgressBar share={used()} label={t('settings.used')} done />
        <span class="sub">
          {t('overview.free', props.free ?? 0)} {t('overview.ofTotal', props.total ?? 0)}
        </span>
      </span>
    </Show>
  );
}
