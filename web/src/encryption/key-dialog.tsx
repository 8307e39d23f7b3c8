// Makes a key; only its name is chosen here.
import { useMutation, useQueryClient } from '@tanstack/solid-query';
import { createEffect, createSignal } from 'solid-js';
import { TextField } from '../controls/field.tsx';
import { FormDialog } from '../controls/form-dialog.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';

export function KeyDialog(props: { open: boolean; onClose: () => void }) {
  const { t } = useI18n();
  const form = createKeyForm(
    () => props.open,
    () => props.onClose(),
  );
  return (
    <FormDialog
      open={props.open}
      onClose={() => props.onClose()}
      title={t('encryption.createTitle')}
      id="key-form"
      action={t('encryption.create')}
      isSaving={form.isSaving()}
      onSubmit={form.submit}
      error={form.error()}
    >
      <p>{t('encryption.createText')}</p>
      <TextField
        label={t('encryption.name')}
        hint={t('encryption.createHint')}
        value={form.name()}
        error={form.problem()}
        onInput={form.setName}
      />
    </FormDialog>
  );
}

function createKeyForm(isOpen: () => boolean, onDone: () => void) {
  const { t } = useI18n();
  const api = useApi();
  const queries = useQueryClient();
  const [name, setName] = createSignal('');
  const [wasTried, setTried] = createSignal(false);
  const create = useMutation(() => api.encryption.createKey.mutation());
  createEffect(() => {
    if (!isOpen()) return;
    setName('');
    setTried(false);
    create.reset();
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (name().trim() === '') return;
    create.mutate(
      { name: name() },
      {
        onSuccess: (status) => {
          queries.setQueryData(api.encryption.status.key(), status);
          onDone();
        },
      },
    );
  };
  return {
    name,
    setName,
    submit,
    problem: () => (wasTried() && name().trim() === '' ? t('encryption.nameProblem') : null),
    isSaving: () => create.isPending,
    error: () => create.error,
  };
}
