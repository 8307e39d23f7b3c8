// One deployment: whether it is safe, what runs, its policy, its backups and its restores.
import { useParams } from '@solidjs/router';
import RotateCcw from 'lucide-solid/icons/rotate-ccw';
import { createMemo, Show } from 'solid-js';
import { BackupList } from '../backups/backup-list.tsx';
import { Bones } from '../controls/bones.tsx';
import { FailureNote } from '../controls/failure-note.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Mark } from '../marks/mark.tsx';
import { BackUpNow } from '../operations/back-up-now.tsx';
import { type Busy, useBusy, useProgress } from '../operations/busy.ts';
import { GuardedButton } from '../operations/guarded-button.tsx';
import { ProgressPanel } from '../operations/progress-panel.tsx';
import { useOpenPlan } from '../restores/open-plan.ts';
import { RestoreList } from '../restores/restore-list.tsx';
import { Page, Verdict } from '../shell/page.tsx';
import { DeploymentVitals } from './deployment-vitals.tsx';
import { createFleet, type FleetMember } from './fleet.ts';
import { lookOf } from './readiness.ts';

export function DeploymentPage() {
  const { t } = useI18n();
  const params = useParams();
  const fleet = createFleet();
  const member = createMemo(() =>
    fleet.members()?.find(({ deployment }) => deployment.name === params.id || deployment.id === params.id),
  );
  return (
    <Page
      title={member()?.deployment.name ?? t('deployments.deployment')}
      crumbs={[{ label: t('shell.overview'), href: '/' }, { label: member()?.deployment.name ?? params.id ?? '' }]}
    >
      <RefusalNote error={fleet.error()} />
      <Show when={fleet.members()} fallback={<Bones lines={6} />}>
        <Show when={member()} fallback={<Verdict small answer={t('deployments.unknown', params.id ?? '')} />}>
          {(known) => <KnownDeployment member={known()} />}
        </Show>
      </Show>
    </Page>
  );
}

function KnownDeployment(props: { member: FleetMember }) {
  const deployment = () => props.member.deployment;
  const busy = useBusy(deployment);
  const progress = useProgress(() => deployment().id);
  return (
    <>
      <DeploymentVerdict member={props.member} busy={busy()} />
      <Show when={progress()}>{(running) => <ProgressPanel progress={running()} />}</Show>
      <Show when={!busy() && props.member.readiness.failure?.error}>
        {(error) => (
          <FailureNote failure={error()} acts={<WhatHappened id={props.member.readiness.failure?.id ?? ''} />} />
        )}
      </Show>
      <Show when={!deployment().isConnected}>
        <NotConnected />
      </Show>
      <DeploymentVitals member={props.member} />
      <BackupList deployment={deployment()} busy={busy()} />
      <RestoreList deployment={deployment()} />
    </>
  );
}

/** Recovered from its backups: they are there, its server is not known yet. */
function NotConnected() {
  const { t } = useI18n();
  return (
    <div class="why">
      <Mark name="attention" tone="attention" />
      <p>
        <b>{t('deployments.notConnected')}</b>
        <span class="sub">{t('deployments.notConnectedText')}</span>
      </p>
      <span class="actions">
        <a class="btn small" href="/settings#deployments">
          {t('deployments.connectAsk')}
        </a>
      </span>
    </div>
  );
}

function WhatHappened(props: { id: string }) {
  const { t } = useI18n();
  return (
    <a class="btn small" href={`/backups/${props.id}`}>
      {t('overview.whatHappened')}
    </a>
  );
}

function DeploymentVerdict(props: { member: FleetMember; busy: Busy | null }) {
  const { t, f } = useI18n();
  const look = () =>
    props.busy ? ({ mark: 'running', tone: 'running' } as const) : lookOf(props.member.readiness.state);
  const good = () => props.member.readiness.lastGood;
  return (
    <Verdict
      mark={look().mark}
      tone={look().tone}
      answer={props.member.deployment.name}
      rest={
        props.busy
          ? t('deployments.verdictBusy', props.busy.kind)
          : t('deployments.verdict', props.member.readiness.state)
      }
      facts={
        <Show when={good()} fallback={t('deployments.nothingToGoBackTo')}>
          {(backup) => (
            <>
              {t('deployments.goBackTo')} <b>{f.moment(backup().createdAt)}</b>
              {', '}
              {t('backups.countsText', backup().documents ?? 0, backup().collections ?? 0)}
              <Show when={props.member.deployment.restoreTest}>
                {(test) => <>, {t('restoreTests.about', test().restoreMs)}</>}
              </Show>
            </>
          )}
        </Show>
      }
      actions={<DeploymentActs member={props.member} busy={props.busy} />}
    />
  );
}

function DeploymentActs(props: { member: FleetMember; busy: Busy | null }) {
  const { t } = useI18n();
  const openPlan = useOpenPlan();
  const good = () => props.member.readiness.lastGood;
  return (
    <>
      <BackUpNow deployment={props.member.deployment} busy={props.busy} class="primary" reason="elsewhere" />
      <GuardedButton
        busy={props.busy}
        unavailable={good() ? null : t('restores.nothingYet')}
        shortcut={{ letter: 'r', words: t('restores.key') }}
        onPress={() => openPlan(good()?.id)}
      >
        <RotateCcw class="icon" aria-hidden="true" />
        {t('restores.restoreAsk')}
      </GuardedButton>
    </>
  );
}
