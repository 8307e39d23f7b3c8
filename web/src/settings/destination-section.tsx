// Where archives are kept, each with its acts: the room there, the copies that are behind, what the last reconciliation found, the backups that are missing, and the archives that
// the ledger does not know.
import type { Destination, Reconciliation } from '@holdfast/shared/destination';
import type { Failure } from '@holdfast/shared/failures';
import { useMutation, useQuery, useQueryClient } from '@tanstack/solid-query';
import Plus from 'lucide-solid/icons/plus';
import { createSignal, For, Show } from 'solid-js';
import { Bones } from '../controls/bones.tsx';
import { ConfirmDialog } from '../controls/confirm-dialog.tsx';
import { ProgressBar } from '../controls/progress-bar.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { MomentText } from '../controls/time-text.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Mark } from '../marks/mark.tsx';
import { Section } from '../shell/page.tsx';
import { DestinationDialog } from './destination-dialog.tsx';
import { DiskNotes } from './disk-notes.tsx';
import { MissingBackups } from './missing-backups.tsx';
import { UnknownArchives } from './unknown-archives.tsx';

export function DestinationSection() {
  const { t } = useI18n();
  const api = useApi();
  const destinations = useQuery(() => ({ ...api.destinations.list.query(), refetchOnMount: 'always' as const }));
  const [isAdding, setAdding] = createSignal(false);
  const [changing, setChanging] = createSignal<Destination>();
  const [removing, setRemoving] = createSignal<Destination>();
  return (
    <Section
      id="destination"
      title={t('settings.destination')}
      note={t('settings.destinationNote')}
      end={
        <button class="btn small" type="button" onClick={() => setAdding(true)}>
          <Plus class="icon" aria-hidden="true" />
          {t('destinations.addAsk')}
        </button>
      }
    >
      <RefusalNote error={destinations.error} />
      <div class="stacked">
        <DiskNotes />
        <Show when={destinations.data} fallback={<Bones lines={3} />}>
          {(known) => (
            <For each={known()}>
              {(destination) => (
                <KnownDestination
                  destination={destination}
                  onChange={() => setChanging({ ...destination })}
                  onRemove={() => setRemoving({ ...destination })}
                />
              )}
            </For>
          )}
        </Show>
      </div>
      <DestinationDialog open={isAdding()} onClose={() => setAdding(false)} />
      <DestinationDialog
        open={changing() !== undefined}
        destination={changing()}
        onClose={() => setChanging(undefined)}
      />
      <RemoveDestination destination={removing()} onClose={() => setRemoving(undefined)} />
    </Section>
  );
}

interface KnownProps {
  destination: Destination;
  onChange: () => void;
  onRemove: () => void;
}

function KnownDestination(props: KnownProps) {
  const last = () => props.destination.lastReconciliation;
  return (
    <article class="stacked destination" aria-labelledby={`destination-${props.destination.id}`}>
      <DestinationHead {...props} />
      <Show
        when={props.destination.problem}
        fallback={<Show when={last()?.problem}>{(problem) => <StoppedNote problem={problem()} />}</Show>}
      >
        {(problem) => <AwayNote problem={problem()} />}
      </Show>
      <DestinationFacts destination={props.destination} />
      <Show when={props.destination.missing.length > 0}>
        <MissingBackups missing={props.destination.missing} />
      </Show>
      <Show when={last()?.unknown.length}>
        <UnknownArchives destinationId={props.destination.id} report={last() as Reconciliation} />
      </Show>
    </article>
  );
}

function DestinationHead(props: KnownProps) {
  const { t } = useI18n();
  const api = useApi();
  const queries = useQueryClient();
  const reconcile = useMutation(() => ({
    ...api.destinations.reconcile.mutation(),
    onSettled: () => queries.invalidateQueries({ queryKey: api.destinations.list.key() }),
  }));
  const name = () => (props.destination.isMain ? t('destinations.main') : props.destination.name);
  return (
    <>
      <header class="destination-head">
        <h3 id={`destination-${props.destination.id}`}>{name()}</h3>
        <div class="row-acts">
          <button
            class="btn small"
            type="button"
            aria-label={t('destinations.reconcileOf', name())}
            disabled={reconcile.isPending}
            onClick={() => reconcile.mutate({ id: props.destination.id })}
          >
            {reconcile.isPending ? t('destinations.reconciling') : t('destinations.reconcile')}
          </button>
          <Show when={!props.destination.isMain}>
            <button
              class="btn small"
              type="button"
              aria-label={t('destinations.changeOf', name())}
              onClick={() => props.onChange()}
            >
              {t('destinations.change')}
            </button>
            <button
              class="btn small quiet danger"
              type="button"
              aria-label={t('destinations.removeOf', name())}
              onClick={() => props.onRemove()}
            >
              {t('destinations.removeAsk')}
            </button>
          </Show>
        </div>
      </header>
      <Show when={reconcile.error}>{(error) => <RefusalNote error={error()} />}</Show>
    </>
  );
}

function RemoveDestination(props: { destination: Destination | undefined; onClose: () => void }) {
  const { t } = useI18n();
  const api = useApi();
  const queries = useQueryClient();
  const remove = useMutation(() => ({
    ...api.destinations.remove.mutation(),
    onSuccess: () => queries.invalidateQueries({ queryKey: api.destinations.list.key() }),
  }));
  return (
    <ConfirmDialog
      open={props.destination !== undefined}
      onClose={props.onClose}
      title={t('destinations.removeTitle', props.destination?.name ?? '')}
      action={t('destinations.remove')}
      run={() => remove.mutateAsync({ id: props.destination?.id ?? '' })}
    >
      <p>{t('destinations.removeEffect')}</p>
    </ConfirmDialog>
  );
}

/** Why this server cannot use it now. */
function AwayNote(props: { problem: Failure }) {
  const { t } = useI18n();
  return (
    <div class="why danger">
      <Mark name="danger" tone="danger" />
      <p>
        <b>{t('destinations.away')}</b> <span lang="en">{props.problem.message}</span>
        <span class="sub">{t('destinations.awayHint')}</span>
      </p>
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
      <dt>{t('destinations.usedBy')}</dt>
      <dd>{t('destinations.usedByText', props.destination)}</dd>
      <dt>{t('backups.backups')}</dt>
      <dd>
        {t('destinations.backupsText', props.destination.backups)}
        <Show when={props.destination.behind > 0}>
          <span class="sub" classList={{ attention: props.destination.failing > 0 }}>
            {t('destinations.behindText', props.destination.behind, props.destination.failing)}
          </span>
        </Show>
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
