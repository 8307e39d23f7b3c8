// Puts the document that is read back into the live collection: first shown beside the live one, then written over it.
import type { BackupCollection } from '@holdfast/shared/backup';
import { useQuery } from '@tanstack/solid-query';
import Undo from 'lucide-solid/icons/undo-2';
import { createSignal, Show } from 'solid-js';
import { useApi } from '../data/api-context.tsx';
import { createDeployment } from '../deployments/find-deployment.ts';
import { useI18n } from '../i18n/i18n-context.tsx';
import { useBusy } from '../operations/busy.ts';
import { GuardedButton } from '../operations/guarded-button.tsx';
import { PutBackDialog } from './put-back-dialog.tsx';

export interface PutBackProps {
  backupId: string;
  collection: BackupCollection;
  /** The number of the document in the collection, from 0. */
  position: number;
}

/** The button and its dialog. Nothing for what cannot take single documents. */
export function PutBack(props: PutBackProps) {
  const { t } = useI18n();
  const api = useApi();
  const backup = useQuery(() => api.backups.byId.query({ id: props.backupId as never }));
  const deployment = createDeployment(() => backup.data?.deploymentId);
  const busy = useBusy(deployment);
  const [isOpen, setOpen] = createSignal(false);
  return (
    <Show when={props.collection.type === 'collection' && backup.data}>
      <GuardedButton
        busy={busy()}
        unavailable={deployment() ? null : t('restores.deploymentGone')}
        class="small"
        reason="short"
        onPress={() => setOpen(true)}
      >
        <Undo class="icon" aria-hidden="true" />
        {t('putBack.ask')}
      </GuardedButton>
      <Show when={isOpen()}>
        <PutBackDialog
          backupId={props.backupId}
          namespace={`${props.collection.database}.${props.collection.collection}`}
          position={props.position}
          onClose={() => setOpen(false)}
        />
      </Show>
    </Show>
  );
}
