// Those who keep their secret key elsewhere, and who can open encrypted backups too.
import type { EncryptionRecipient } from '@holdfast/shared/encryption';
import { useMutation, useQueryClient } from '@tanstack/solid-query';
import { createSignal, For, Show } from 'solid-js';
import { ConfirmDialog } from '../controls/confirm-dialog.tsx';
import { HashChip } from '../controls/hash-chip.tsx';
import { HeadCell, RowHead, Table, TableBody, TableHead, Td, Tr } from '../controls/table.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { RecipientDialog } from './recipient-dialog.tsx';

export function RecipientList(props: { recipients: readonly EncryptionRecipient[] }) {
  const { t } = useI18n();
  const [isAdding, setAdding] = createSignal(false);
  const [removing, setRemoving] = createSignal<EncryptionRecipient>();
  return (
    <div class="wide stacked">
      <Show when={props.recipients.length > 0}>
        <Table class="plain fold">
          <TableHead>
            <Tr>
              <HeadCell>{t('encryption.recipients')}</HeadCell>
              <HeadCell>{t('encryption.publicKey')}</HeadCell>
              <HeadCell>
                <span class="visually-hidden">{t('common.actions')}</span>
              </HeadCell>
            </Tr>
          </TableHead>
          <TableBody>
            <For each={props.recipients}>
              {(recipient) => <RecipientRow recipient={recipient} onRemove={() => setRemoving({ ...recipient })} />}
            </For>
          </TableBody>
        </Table>
      </Show>
      <p>
        <button class="btn small quiet" type="button" onClick={() => setAdding(true)}>
          {t('encryption.addRecipient')}
        </button>
      </p>
      <RecipientDialog open={isAdding()} onClose={() => setAdding(false)} />
      <RemoveRecipient removing={removing()} onClose={() => setRemoving(undefined)} />
    </div>
  );
}

function RecipientRow(props: { recipient: EncryptionRecipient; onRemove: () => void }) {
  const { t, f } = useI18n();
  return (
    <Tr>
      <RowHead class="at-1">
        <b>{props.recipient.name}</b>
        <span class="sub">
          {t('encryption.added')} {f.moment(props.recipient.addedAt)}
        </span>
      </RowHead>
      <Td data-label={t('encryption.publicKey')}>
        <HashChip value={props.recipient.recipient} />
      </Td>
      <Td>
        <div class="row-acts">
          <button
            class="btn small quiet danger"
            type="button"
            aria-label={t('encryption.removeOf', props.recipient.name)}
            onClick={() => props.onRemove()}
          >
            {t('encryption.removeAsk')}
          </button>
        </div>
      </Td>
    </Tr>
  );
}

function RemoveRecipient(props: { removing: EncryptionRecipient | undefined; onClose: () => void }) {
  const { t } = useI18n();
  const api = useApi();
  const queries = useQueryClient();
  const remove = useMutation(() => api.encryption.removeRecipient.mutation());
  const run = async () => {
    const status = await remove.mutateAsync({ key: props.removing?.id ?? '' });
    queries.setQueryData(api.encryption.status.key(), status);
  };
  return (
    <ConfirmDialog
      open={props.removing !== undefined}
      onClose={props.onClose}
      title={t('encryption.removeTitle', props.removing?.name ?? '')}
      action={t('encryption.remove')}
      run={run}
    >
      <p>{t('encryption.removeEffect')}</p>
    </ConfirmDialog>
  );
}
