// Adds a destination, or changes its name, place or access key. The place is written to before it is kept; the key is sealed by the
// server and never shown again.
import type { Destination } from '@holdfast/shared/destination';
import Check from 'lucide-solid/icons/check';
import { Show } from 'solid-js';
import { Field, TextField } from '../controls/field.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { SheetDialog } from '../controls/sheet-dialog.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { createDestinationForm } from './destination-form.ts';

export interface DestinationDialogProps {
  open: boolean;
  onClose: () => void;
  /** The one to change; a new one without it. */
  destination?: Destination | undefined;
}

export function DestinationDialog(props: DestinationDialogProps) {
  const { t } = useI18n();
  const form = createDestinationForm({
    isOpen: () => props.open,
    destination: () => props.destination,
    onDone: () => props.onClose(),
  });
  return (
    <SheetDialog
      open={props.open}
      onClose={props.onClose}
      title={props.destination ? t('destinations.changeTitle', props.destination.name) : t('destinations.addTitle')}
      footer={
        <>
          <button class="btn" type="button" onClick={() => props.onClose()}>
            {t('common.goBack')}
          </button>
          <button class="btn" type="button" disabled={!form.url() || form.test.isPending} onClick={form.runTest}>
            {form.test.isPending ? t('destinations.testing') : t('destinations.test')}
          </button>
          <button class="btn primary" type="submit" form="destination-form" disabled={form.isSaving()}>
            {form.isSaving()
              ? t('destinations.testing')
              : props.destination
                ? t('destinations.saveChange')
                : t('destinations.add')}
          </button>
        </>
      }
    >
      <form id="destination-form" class="dialog-text stacked" novalidate onSubmit={form.submit}>
        <TextField
          label={t('deployments.name')}
          hint={t('destinations.nameHint')}
          value={form.name()}
          error={form.nameProblem()}
          onInput={form.setName}
        />
        <TextField
          label={t('destinations.place')}
          hint={t('destinations.urlHint')}
          placeholder="file:/mnt/backups"
          value={form.url()}
          error={form.urlProblem()}
          onInput={form.setUrl}
          code
        />
        <Show when={form.isBucket()}>
          <KeyFields form={form} hasKey={props.destination?.hasCredentials ?? false} />
        </Show>
        <p class="found" role="status">
          <Show when={form.test.data}>
            {(found) => (
              <>
                <b class="text">{t('destinations.works')}</b>
                <span>
                  <Check class="icon" aria-hidden="true" />
                  {found().url}
                </span>
              </>
            )}
          </Show>
        </p>
        <RefusalNote error={form.error()} />
      </form>
    </SheetDialog>
  );
}

function KeyFields(props: { form: ReturnType<typeof createDestinationForm>; hasKey: boolean }) {
  const { t } = useI18n();
  return (
    <>
      <TextField
        label={t('destinations.accessKeyId')}
        hint={props.hasKey ? t('destinations.keyKept') : t('destinations.keyHint')}
        value={props.form.accessKeyId()}
        onInput={props.form.setAccessKeyId}
        code
      />
      <Field label={t('destinations.secretAccessKey')} error={props.form.keyProblem()}>
        {(ids) => (
          <input
            class="input code"
            type="password"
            id={ids.id}
            value={props.form.secretAccessKey()}
            autocomplete="off"
            aria-invalid={ids.invalid}
            aria-describedby={ids.describedBy}
            onInput={(event) => props.form.setSecretAccessKey(event.currentTarget.value)}
          />
        )}
      </Field>
    </>
  );
}
