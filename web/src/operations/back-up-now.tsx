// "Back up now": asks for a backup and waits for the ledger to say that it runs.
import { useMutation, useQueryClient } from '@tanstack/solid-query';
import { refusalWords } from '../controls/refusal-note.tsx';
import { useToast } from '../controls/toasts.tsx';
import { useApi } from '../data/api-context.tsx';
import { refusedWith, toRefusal } from '../data/refusal.ts';
import { useI18n } from '../i18n/i18n-context.tsx';
import type { Busy } from './busy.ts';
import { GuardedButton, type GuardedButtonProps } from './guarded-button.tsx';
import { useWatched } from './watched-operations.tsx';

export interface BackUpNowProps {
  deployment: { id: string; name: string };
  busy: Busy | null;
  class?: string;
  reason?: NonNullable<GuardedButtonProps['reason']>;
  /** Names the deployment for screen readers where many such buttons stand in one list. */
  named?: boolean;
}

export function BackUpNow(props: BackUpNowProps) {
  const { t } = useI18n();
  const request = useBackupRequest();
  return (
    <GuardedButton
      busy={props.busy}
      pending={request.isPending}
      class={props.class ?? ''}
      reason={props.reason ?? 'sentence'}
      label={props.named ? t('backups.backUpNowOf', props.deployment.name) : undefined}
      onPress={() => request.mutate({ deploymentId: props.deployment.id })}
    >
      {request.isPending ? t('backups.requesting') : t('backups.backUpNow')}
    </GuardedButton>
  );
}

function useBackupRequest() {
  const { t } = useI18n();
  const api = useApi();
  const toast = useToast();
  const watched = useWatched();
  const queryClient = useQueryClient();
  return useMutation(() => ({
    ...api.backups.request.mutation(),
    onSuccess: async (backup) => {
      watched.watch({ kind: 'backup', id: backup.id });
      await queryClient.invalidateQueries({ queryKey: api.deployments.list.key() });
    },
    onError: (error) => {
      // Somebody else was faster: the button shows it already.
      if (refusedWith(error, 'OPERATION_IN_PROGRESS')) return;
      const words = refusalWords(t, toRefusal(error));
      toast({ mark: 'danger', tone: 'danger', title: words.message, text: words.hint });
    },
  }));
}
