// One backup: what it is, what is proven of it, what is in it, and its story in the ledger.
import type { Backup } from '@holdfast/shared/backup';
import { useParams } from '@solidjs/router';
import { useQuery } from '@tanstack/solid-query';
import Download from 'lucide-solid/icons/download';
import RotateCcw from 'lucide-solid/icons/rotate-ccw';
import { createSignal, Show } from 'solid-js';
import { Story } from '../activity/story.tsx';
import { Bones } from '../controls/bones.tsx';
import { FailureNote } from '../controls/failure-note.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { useApi } from '../data/api-context.tsx';
import { createDeployment } from '../deployments/find-deployment.ts';
import { backupLook } from '../deployments/readiness.ts';
import { archiveDownload } from '../documents/download-address.ts';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';
import { useLive } from '../live/live-context.tsx';
import { type Busy, useBusy } from '../operations/busy.ts';
import { GuardedButton } from '../operations/guarded-button.tsx';
import { ProgressPanel } from '../operations/progress-panel.tsx';
import { useOpenPlan } from '../restores/open-plan.ts';
import { Page, Verdict } from '../shell/page.tsx';
import { createVerify, DeleteBackup } from './backup-acts.tsx';
import { BackupFacts } from './backup-facts.tsx';
import { CollectionTable } from './collection-table.tsx';
import { proofOf } from './proof.ts';
import { RestoreTestSection } from './restore-test-section.tsx';
import { VerificationProgress } from './verification-progress.tsx';

export function BackupPage() {
  const { t, f } = useI18n();
  const api = useApi();
  const params = useParams();
  const backup = useQuery(() => api.backups.byId.query({ id: params.id ?? '' }));
  const title = () => (backup.data ? f.moment(backup.data.createdAt) : t('backups.backup'));
  return (
    <Page
      title={`${backup.data?.deploymentName ?? ''} ${title()}`.trim()}
      crumbs={[
        { label: t('shell.overview'), href: '/' },
        { label: backup.data?.deploymentName ?? '…', href: `/deployments/${backup.data?.deploymentId ?? ''}` },
        { label: title() },
      ]}
    >
      <RefusalNote error={backup.error} />
      <Show
        when={backup.data}
        fallback={
          <Show when={!backup.error}>
            <Bones lines={6} />
          </Show>
        }
      >
        {(known) => <KnownBackup backup={known()} />}
      </Show>
    </Page>
  );
}

function KnownBackup(props: { backup: Backup }) {
  const live = useLive();
  const deployment = createDeployment(() => props.backup.deploymentId);
  const busy = useBusy(deployment);
  const progress = () => live.operations.find(({ operationId }) => operationId === props.backup.id);
  const isThere = () => props.backup.status === 'completed';
  return (
    <>
      <BackupVerdict backup={props.backup} busy={busy()} />
      <Show when={progress()}>{(running) => <ProgressPanel progress={running()} />}</Show>
      <Show when={isThere()}>
        <VerificationProgress backup={props.backup} />
      </Show>
      <Show when={props.backup.error}>{(error) => <FailureNote failure={error()} />}</Show>
      <div class="split">
        <Story operationId={props.backup.id} />
        <BackupFacts backup={props.backup} />
      </div>
      <Show when={isThere()}>
        <RestoreTestSection backup={props.backup} />
        <CollectionTable backupId={props.backup.id} />
      </Show>
    </>
  );
}

function BackupVerdict(props: { backup: Backup; busy: Busy | null }) {
  const { t, f } = useI18n();
  const look = () => backupLook(props.backup);
  const counts = () =>
    props.backup.status === 'completed'
      ? t('backups.packedText', {
          documents: props.backup.documents ?? 0,
          collections: props.backup.collections ?? 0,
          rawBytes: props.backup.rawBytes ?? 0,
          sizeBytes: props.backup.sizeBytes ?? 0,
          durationMs: props.backup.durationMs ?? 0,
        })
      : '';
  return (
    <Verdict
      small
      mark={look().mark}
      tone={look().tone}
      answer={t('backups.backupOf', f.moment(props.backup.createdAt))}
      rest={t('backups.verdict', props.backup.status, proofOf(props.backup))}
      facts={`${t('backups.origin', props.backup.deploymentName, props.backup.actor, f.relative(props.backup.createdAt, now()))} ${counts()}`}
      actions={
        <Show when={props.backup.status === 'completed' || props.backup.status === 'missing'}>
          <PageActs backup={props.backup} busy={props.busy} />
        </Show>
      }
    />
  );
}

function PageActs(props: { backup: Backup; busy: Busy | null }) {
  const { t } = useI18n();
  const openPlan = useOpenPlan();
  const verify = createVerify(() => props.backup);
  const [isDeleting, setDeleting] = createSignal(false);
  return (
    <>
      <button class="btn quiet danger" type="button" onClick={() => setDeleting(true)}>
        {t('backups.deleteAsk')}
      </button>
      <Show when={props.backup.status === 'completed'}>
        <a class="btn" href={archiveDownload(props.backup.id)} download="">
          <Download class="icon" aria-hidden="true" />
          {t('documents.downloadArchive')}
        </a>
        <button class="btn" type="button" disabled={verify.isPending()} onClick={verify.run}>
          {verify.isPending() ? t('backups.verifying') : t('backups.verify')}
        </button>
        <GuardedButton
          busy={props.busy}
          class="primary"
          shortcut={{ letter: 'r', words: t('restores.key') }}
          onPress={() => openPlan(props.backup.id)}
        >
          <RotateCcw class="icon" aria-hidden="true" />
          {t('restores.restoreAsk')}
        </GuardedButton>
      </Show>
      <DeleteBackup backup={props.backup} open={isDeleting()} onClose={() => setDeleting(false)} />
    </>
  );
}
