// The plan of a restore: what goes where, what that does, and the way on. Nothing changes before it is confirmed.
import type { Backup } from '@holdfast/shared/backup';
import { useParams } from '@solidjs/router';
import { Show } from 'solid-js';
import { Bones } from '../controls/bones.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Mark } from '../marks/mark.tsx';
import { NotFoundPage } from '../shell/not-found-page.tsx';
import { Page, Verdict } from '../shell/page.tsx';
import { ConfirmRestore } from './confirm-restore.tsx';
import { PlanDiff } from './plan-diff.tsx';
import { PlanFacts } from './plan-facts.tsx';
import { PlanFoot } from './plan-foot.tsx';
import { PlanForm } from './plan-form.tsx';
import { createRestoreDraft, type RestoreDraft } from './restore-draft.ts';
import { RestoreSteps } from './restore-steps.tsx';

export function PlanPage() {
  const { t } = useI18n();
  const params = useParams();
  return (
    <Show when={params.id} keyed fallback={<NotFoundPage />}>
      {(id) => {
        const draft = createRestoreDraft(() => id);
        const name = () => draft.backup()?.deploymentName ?? '…';
        return (
          <Page
            title={t('restores.planTitle', name())}
            crumbs={[
              { label: t('shell.overview'), href: '/' },
              { label: name(), href: `/deployments/${draft.backup()?.deploymentId ?? ''}` },
              { label: t('restores.restore') },
            ]}
          >
            <Show when={draft.backup()} fallback={<NoBackup draft={draft} />}>
              {(backup) => <KnownPlan draft={draft} backup={backup()} />}
            </Show>
          </Page>
        );
      }}
    </Show>
  );
}

function NoBackup(props: { draft: RestoreDraft }) {
  return (
    <Show when={props.draft.planError()} fallback={<Bones lines={6} />}>
      <RefusalNote error={props.draft.planError()} />
    </Show>
  );
}

function KnownPlan(props: { draft: RestoreDraft; backup: Backup }) {
  return (
    <>
      <PlanVerdict draft={props.draft} backup={props.backup} />
      <div class="split plan">
        <div>
          <PlanForm draft={props.draft} backup={props.backup} />
          <RefusalNote error={props.draft.planError()} />
          <Comparison draft={props.draft} />
        </div>
        <PlanFacts backup={props.backup} plan={props.draft.shown()} isStale={!props.draft.plan()} />
      </div>
      <PlanFoot draft={props.draft} backup={props.backup} />
      <ConfirmRestore draft={props.draft} backup={props.backup} />
    </>
  );
}

function PlanVerdict(props: { draft: RestoreDraft; backup: Backup }) {
  const { t, f } = useI18n();
  const target = () => props.draft.shown()?.deploymentName ?? props.backup.deploymentName;
  const comparedAt = () => props.draft.shown()?.createdAt;
  return (
    <Verdict
      small
      mark="todo"
      tone="off"
      answer={t('restorePlan.title', target(), f.moment(props.backup.createdAt))}
      facts={
        <>
          <b>{t('restorePlan.lead')}</b>{' '}
          <Show when={comparedAt()}>{(at) => t('restorePlan.leadText', f.seconds(at()))}</Show>
        </>
      }
      actions={<RestoreSteps current={props.draft.confirmation.isOpen() ? 'confirm' : 'plan'} />}
    />
  );
}

/** The last plan stays on the screen, faint, while the next one is made. */
function Comparison(props: { draft: RestoreDraft }) {
  const { t } = useI18n();
  return (
    <>
      <p class="word running comparing" role="status">
        <Show when={props.draft.isPlanning()}>
          <Mark name="running" />
          {t('restorePlan.planning')}
        </Show>
      </p>
      <Show when={!props.draft.planError() && props.draft.shown()}>
        {(plan) => (
          <div classList={{ stale: !props.draft.plan() }} aria-busy={props.draft.isPlanning()}>
            <PlanDiff
              plan={plan()}
              onKeep={() => props.draft.choose({ mode: 'replace' })}
              onCompared={props.draft.addDifference}
            />
          </div>
        )}
      </Show>
    </>
  );
}
