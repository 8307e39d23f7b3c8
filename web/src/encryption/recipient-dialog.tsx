// Adds a public key whose secret half is kept elsewhere.
import { useMutation, useQueryClient } from '@tanstack/solid-query';
import { createEffect, createSignal } from 'solid-js';
import { TextField } from '../controls/field.tsx';
import { FormDialog } from '../controls/form-dialog.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';

export function RecipientDialog(props: { open: boolean; onClose: () => void }) {
  const { t } = useI18n();
  const form = createRecipientForm(
    () => props.open,
    () => props.onClose(),
  );
  return (
    <FormDialog
      open={props.open}
      onClose={() => props.onClose()}
      title={t('encryption.addTitle')}
      id="recipient-form"
      action={t('encryption.add')}
      isSaving={form.isSaving()}
      onSubmit={form.submit}
      error={form.error()}
    >
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
    </FormDialog>
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
