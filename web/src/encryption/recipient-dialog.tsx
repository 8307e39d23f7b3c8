// Adds a public key whose secret half is kept elsewhere.
import { useMutation, useQueryClient } from '@tanstack/solid-query';
import { createEffect, createSignal } from 'solid-js';
import { TextField } from '../controls/field.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { SheetDialog } from '../controls/sheet-dialog.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';

export function RecipientDialog(props: { open: boolean; onClose: () => void }) {
  const { t } = useI18n();
  const form = createRecipientForm(
    () => props.open,
    () => props.onClose(),
  );
  return (
    <SheetDialog
      open={props.open}
      onClose={props.onClose}
      title={t('encryption.addTitle')}
      footer={
        <>
          <button class="btn" type="button" onClick={() => props.onClose()}>
            {t('common.goBack')}
          </button>
          <button class="btn primary" type="submit" form="recipient-form" disabled={form.isSaving()}>
            {t('encryption.add')}
          </button>
        </>
      }
    >
      <form id="recipient-form" class="dialog-text stacked" novalidate onSubmit={form.submit}>
        <p>{t('encryption.recipientText')}</p>
        <TextField label={t('encryption.name')} value={form.name()} error={form.nameProblem()} onInput={form.setName} />
        <TextField
          label={t('encryption.publicKey')}
          hint={t('encryption.publicKeyHint')}
          placeholder="age1…"
          value={form.recipient()}
          error={form.recipientProblem()}
          onInput={form.setRecipient}
          code
        />
        <RefusalNote error={form.error()} />
      </form>
    </SheetDialog>
  );
}

function createRecipientForm(isOpen: () => boolean, onDone: () => void) {
  const { t } = useI18n();
  const api = useApi();
  const queries = useQueryClient();
  const [name, setName] = createSignal('');
  const [recipient, setRecipient] = createSignal('');
  const [wasTried, setTried] = createSignal(false);
  const add = useMutation(() => api.encryption.addRecipient.mutation());
  createEffect(() => {
    if (!isOpen()) return;
    setName('');
    setRecipient('');
    setTried(false);
    add.reset();
  });
  const nameProblem = () => (wasTried() && name().trim() === '' ? t('encryption.nameProblem') : null);
  const recipientProblem = () =>
    wasTried() && !/^age1[0-9a-z]{58}$/.test(recipient().trim()) ? t('encryption.publicKeyProblem') : null;
  const onSuccess = (status: unknown) => {
    queries.setQueryData(api.encryption.status.key(), status);
    onDone();
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (nameProblem() || recipientProblem()) return;
    add.mutate({ name: name(), recipient: recipient() }, { onSuccess });
  };
  return {
    ...{ name, setName, recipient, setRecipient, nameProblem, recipientProblem, submit },
    isSaving: () => add.isPending,
    error: () => add.error,
  };
}
