import type { EncryptionKey } from '@holdfast/shared/encryption';
import { useMutation, useQueryClient } from '@tanstack/solid-query';
import { createSignal, For, Show } from 'solid-js';
import { ConfirmDialog } from '../controls/confirm-dialog.tsx';
import { HashChip } from '../controls/hash-chip.tsx';
import { HeadCell, RowHead, Table, TableBody, TableHead, Td, Tr } from '../controls/table.tsx';
import { useToast } from '../controls/toasts.tsx';
import { Word } from '../controls/word.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';

export interface KeyTableProps {
  keys: readonly EncryptionKey[];
  isBusy: boolean;
  onUse: (id: string) => void;
  onTurnOff: () => void;
}

/** Every key with what needs it, and what can be done with it now. */
export function KeyTable(props: KeyTableProps) {
  const { t } = useI18n();
  const [retiring, setRetiring] = createSignal<EncryptionKey>();
  return (
    <div class="wide">
      <Table class="plain fold">
        <TableHead>
          <Tr>
            <HeadCell>{t('encryption.key')}</HeadCell>
            <HeadCell>{t('encryption.publicKey')}</HeadCell>
            <HeadCell>{t('encryption.used')}</HeadCell>
            <HeadCell>{t('common.state')}</HeadCell>
            <HeadCell>
              <span class="visually-hidden">{t('common.actions')}</span>
            </HeadCell>
          </Tr>
        </TableHead>
        <TableBody>
          <For each={props.keys}>
            {(key) => (
              <KeyRow
                key={key}
                isBusy={props.isBusy}
                onUse={() => props.onUse(key.id)}
                onTurnOff={props.onTurnOff}
                onRetire={() => setRetiring({ ...key })}
              />
            )}
          </For>
        </TableBody>
      </Table>
      <RetireKey retiring={retiring()} onClose={() => setRetiring(undefined)} />
    </div>
  );
}

interface KeyRowProps {
  key: EncryptionKey;
  isBusy: boolean;
  onUse: () => void;
  onTurnOff: () => void;
  onRetire: () => void;
}

function KeyRow(props: KeyRowProps) {
  const { t, f } = useI18n();
  return (
    <Tr>
      <RowHead class="at-1">
        <b>{props.key.name}</b>
        <span class="sub">
          {t('encryption.created')} {f.moment(props.key.createdAt)}
        </span>
      </RowHead>
      <Td data-label={t('encryption.publicKey')}>
        <HashChip value={props.key.recipient} />
      </Td>
      <Td data-label={t('encryption.used')}>
        {t('encryption.backupsOf', props.key.backups)}
        <Show when={props.key.policies > 0}>
          <span class="sub">{t('encryption.policiesOf', props.key.policies)}</span>
        </Show>
      </Td>
      <Td class="at-2">
        <KeyWord key={props.key} />
      </Td>
      <Td>
        <KeyActs {...props} />
      </Td>
    </Tr>
  );
}

function KeyWord(props: { key: EncryptionKey }) {
  const { t } = useI18n();
  const state = () => t(`encryption.state.${props.key.status}`);
  return (
    <Show
      when={props.key.status === 'retired' || props.key.inKit}
      fallback={
        <Word mark="attention" tone="attention">
          {t('encryption.withoutKit')}
        </Word>
      }
    >
      <Show when={props.key.status === 'active'} fallback={<span class="faint">{state()}</span>}>
        <Word mark="ok" tone="safe">
          {state()}
        </Word>
      </Show>
    </Show>
  );
}

function KeyActs(props: KeyRowProps) {
  const { t } = useI18n();
  return (
    <div class="row-acts">
      <Show when={props.key.status === 'kept' && props.key.inKit}>
        <button
          class="btn small"
          type="button"
          disabled={props.isBusy}
          aria-label={t('encryption.useOf', props.key.name)}
          onClick={() => props.onUse()}
        >
          {t('encryption.use')}
        </button>
      </Show>
      <Show when={props.key.status === 'active'}>
        <button class="btn small quiet" type="button" disabled={props.isBusy} onClick={() => props.onTurnOff()}>
          {t('encryption.turnOff')}
        </button>
      </Show>
      <Show when={props.key.status === 'kept'}>
        <button
          class="btn small quiet danger"
          type="button"
          aria-label={t('encryption.retireOf', props.key.name)}
          onClick={() => props.onRetire()}
        >
          {t('encryption.retireAsk')}
        </button>
      </Show>
    </div>
  );
}

function RetireKey(props: { retiring: EncryptionKey | undefined; onClose: () => void }) {
  const { t } = useI18n();
  const api = useApi();
  const toast = useToast();
  const queries = useQueryClient();
  const retire = useMutation(() => api.encryption.retireKey.mutation());
  const name = () => props.retiring?.name ?? '';
  const run = async () => {
    const [key, gone] = [props.retiring?.id ?? '', name()];
    queries.setQueryData(api.encryption.status.key(), await retire.mutateAsync({ key }));
    toast({ mark: 'ok', tone: 'off', title: t('encryption.retired', gone) });
  };
  return (
    <ConfirmDialog
      open={props.retiring !== undefined}
      onClose={props.onClose}
      title={t('encryption.retireTitle', name())}
      action={t('encryption.retire')}
      run={run}
    >
      <p>{t('encryption.retireEffect')}</p>
    </ConfirmDialog>
  );
}
