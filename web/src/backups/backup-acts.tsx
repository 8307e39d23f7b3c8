// What can be done with one backup: restore it, verify it, delete it.
import type { Backup } from '@holdfast/shared/backup';
import { useMutation } from '@tanstack/solid-query';
import { createSignal, Show } from 'solid-js';
import { ActionMenu } from '../controls/action-menu.tsx';
import { ConfirmDialog } from '../controls/confirm-dialog.tsx';
import { refusalWords } from '../controls/refusal-note.tsx';
import { useToast } from '../controls/toasts.tsx';
import { useApi } from '../data/api-context.tsx';
import { toRefusal } from '../data/refusal.ts';
import { useI18n } from '../i18n/i18n-context.tsx';
import type { Busy } from '../operations/busy.ts';
import { GuardedButton } from '../operations/guarded-button.tsx';
import { useOpenPlan } from '../restores/open-plan.ts';
import { createRestoreTest } from './restore-test-section.tsx';

export interface BackupActsProps {
  backup: Backup;
  deployment: { name: string } | undefined;
  busy: Busy | null;
}

/** For a row of a list: the restore as a button, the rest behind "…". A missing backup can only be deleted. */
export function BackupActs(props: BackupActsProps) {
  const { t, f } = useI18n();
  const openPlan = useOpenPlan();
  const verify = createVerify(() => props.backup);
  const test = createRestoreTest(() => props.backup);
  const [isDeleting, setDeleting] = createSignal(false);
  const isThere = () => props.backup.status === 'completed';
  return (
    <Show when={isThere() || props.backup.status === 'missing'}>
      <div class="row-acts">
        <Show when={isThere()}>
          <GuardedButton
            busy={props.busy}
            class="small"
            reason="short"
            label={t('restores.restoreAskFrom', f.moment(props.backup.createdAt))}
            onPress={() => openPlan(props.backup.id)}
          >
            {t('restores.restoreAsk')}
          </GuardedButton>
        </Show>
        <ActionMenu
          label={t('backups.actsOf', f.moment(props.backup.createdAt))}
          actions={[
            ...(isThere()
              ? [
                  {
                    label: verify.isPending() ? t('backups.verifying') : t('backups.verify'),
                    run: verify.run,
                    disabled: verify.isPending() && t('backups.reading'),
                  },
                ]
              : []),
            ...(isThere()
              ? [{ label: t('restoreTests.ask'), run: test.run, disabled: !test.canRun() && t('backups.testing') }]
              : []),
            { label: t('backups.deleteAsk'), run: () => setDeleting(true), danger: true },
          ]}
        />
        <DeleteBackup backup={props.backup} open={isDeleting()} onClose={() => setDeleting(false)} />
      </div>
    </Show>
  );
}

/** Reads the archive again; the outcome comes as a toast, and as an event on every page that shows the backup. */
export function createVerify(backup: () => Backup) {
  const { t, f } = useI18n();
  const api = useApi();
  const toast = useToast();
  const verify = useMutation(() => ({
    ...api.backups.verify.mutation(),
    onSuccess: (report) => {
      const text = t('backups.verifiedText', report.documents, report.bytes, f.duration(report.durationMs));
      toast({ mark: 'verified', tone: 'safe', title: t('backups.verifiedTitle', backup().deploymentName), text });
    },
    onError: (error) => {
      const words = refusalWords(t, toRefusal(error));
      toast({ mark: 'danger', tone: 'danger', title: words.message, text: words.hint });
    },
  }));
  return { isPending: () => verify.isPending, run: () => verify.mutate({ id: backup().id }) };
}

/** The question before a backup is deleted. */
export function DeleteBackup(props: { backup: Backup; open: boolean; onClose: () => void }) {
  const { t, f } = useI18n();
  const api = useApi();
  const remove = useMutation(() => api.backups.delete.mutation());
  return (
    <ConfirmDialog
      open={props.open}
      onClose={props.onClose}
      title={t('backups.deleteTitle', f.moment(props.backup.createdAt))}
      action={t('backups.delete')}
      run={() => remove.mutateAsync({ id: props.backup.id })}
    >
      <p>
        {props.backup.status === 'missing'
          ? t('backups.deleteMissingEffect')
          : t('backups.deleteEffect', props.backup.deploymentName, props.backup.sizeBytes ?? 0)}
      </p>
    </ConfirmDialog>
  );
}
