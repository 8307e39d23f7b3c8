// Brings a dump that was made elsewhere in as a backup: the file, for which deployment, then how far it is, then what became of it.
import type { Backup } from '@holdfast/shared/backup';
import type { Deployment } from '@holdfast/shared/deployment';
import { A } from '@solidjs/router';
import { For, type JSX, Match, Show, Switch } from 'solid-js';
import { Field, TextField } from '../controls/field.tsx';
import { ProgressBar } from '../controls/progress-bar.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { SheetDialog } from '../controls/sheet-dialog.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { collectionOf, createImportDraft, type ImportDraft } from './import-draft.ts';

/** Lives as long as it is shown: leaving it stops what is being sent. */
export function ImportDialog(props: { deployment: Deployment; onClose: () => void }) {
  const { t } = useI18n();
  const draft = createImportDraft(props.deployment);
  // A key pressed by mistake must not end what has been sent for an hour.
  const close = () => {
    if (!draft.isSending()) props.onClose();
  };
  const title = () => {
    const backup = draft.backup();
    return backup ? t('imports.done', backup.deploymentName) : t('imports.title');
  };
  return (
    <SheetDialog open onClose={close} title={title()} footer={<Acts draft={draft} onClose={close} />}>
      <Switch>
        <Match when={draft.backup()}>{(backup) => <Imported backup={backup()} />}</Match>
        <Match when={draft.isSending()}>
          <Sending draft={draft} />
        </Match>
        <Match when={true}>
          <ImportForm draft={draft} />
        </Match>
      </Switch>
    </SheetDialog>
  );
}

function Acts(props: { draft: ImportDraft; onClose: () => void }) {
  const { t } = useI18n();
  return (
    <Switch
      fallback={
        <>
          <button class="btn" type="button" onClick={() => props.onClose()}>
            {t('common.goBack')}
          </button>
          <button class="btn primary" type="submit" form="import-form" disabled={!props.draft.isReady()}>
            {t('imports.import')}
          </button>
        </>
      }
    >
      <Match when={props.draft.backup()}>
        {(backup) => (
          <>
            <button class="btn" type="button" onClick={() => props.onClose()}>
              {t('common.close')}
            </button>
            <A class="btn primary" href={`/backups/${backup().id}`}>
              {t('backups.open')}
            </A>
          </>
        )}
      </Match>
      <Match when={props.draft.isSending()}>
        <button class="btn" type="button" onClick={() => props.draft.stop()}>
          {t('imports.stop')}
        </button>
      </Match>
    </Switch>
  );
}

function ImportForm(props: { draft: ImportDraft }) {
  const { t } = useI18n();
  return (
    <form id="import-form" class="dialog-text stacked" onSubmit={(event) => props.draft.submit(event)}>
      <p>{t('imports.effect')}</p>
      <FileField draft={props.draft} />
      <Show when={props.draft.needsNamespace()}>
        <TextField
          label={t('imports.collection')}
          hint={t('imports.collectionHint')}
          placeholder={`shop.${collectionOf(props.draft.file())}`}
          value={props.draft.namespace()}
          onInput={props.draft.setNamespace}
          code
        />
      </Show>
      <DeploymentField draft={props.draft} />
      <TakenField draft={props.draft} />
      <RefusalNote error={props.draft.error()} />
    </form>
  );
}

function FileField(props: { draft: ImportDraft }): JSX.Element {
  const { t } = useI18n();
  return (
    <Field label={t('imports.file')} hint={t('imports.fileHint')}>
      {(ids) => (
        <input
          class="input"
          type="file"
          id={ids.id}
          aria-describedby={ids.describedBy}
          ref={(input) => keepChosen(input, props.draft.file())}
          onChange={(event) => props.draft.choose(event.currentTarget.files?.[0] ?? null)}
        />
      )}
    </Field>
  );
}

/** After a refusal the form is drawn anew: the file that was chosen stays. */
function keepChosen(input: HTMLInputElement, file: File | null): void {
  if (file === null) return;
  const chosen = new DataTransfer();
  chosen.items.add(file);
  input.files = chosen.files;
}

function DeploymentField(props: { draft: ImportDraft }): JSX.Element {
  const { t } = useI18n();
  return (
    <Field label={t('deployments.deployment')} hint={t('destinations.adoptFor')}>
      {(ids) => (
        <select
          class="input"
          id={ids.id}
          aria-describedby={ids.describedBy}
          onChange={(event) => props.draft.setDeploymentId(event.currentTarget.value)}
        >
          <For each={props.draft.deployments()}>
            {({ id, name }) => (
              <option value={id} selected={id === props.draft.deploymentId()}>
                {name}
              </option>
            )}
          </For>
        </select>
      )}
    </Field>
  );
}

function TakenField(props: { draft: ImportDraft }): JSX.Element {
  const { t } = useI18n();
  return (
    <Field label={t('imports.takenAt')} hint={t('imports.takenHint')}>
      {(ids) => (
        <input
          class="input"
          type="datetime-local"
          id={ids.id}
          aria-describedby={ids.describedBy}
          value={props.draft.takenAt()}
          onInput={(event) => props.draft.setTakenAt(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

function Sending(props: { draft: ImportDraft }) {
  const { t } = useI18n();
  const total = () => props.draft.file()?.size ?? 0;
  const isSent = () => total() > 0 && props.draft.sent() >= total();
  return (
    <div class="dialog-text stacked">
      <p class="code">{props.draft.file()?.name}</p>
      <ProgressBar share={total() === 0 ? null : props.draft.sent() / total()} label={t('imports.title')} big />
      <p class="muted" role="status">
        {isSent() ? t('imports.finishing') : t('imports.sending', props.draft.sent(), total())}
      </p>
    </div>
  );
}

function Imported(props: { backup: Backup }) {
  const { t } = useI18n();
  const counts = () =>
    t('imports.doneText', props.backup.documents ?? 0, props.backup.collections ?? 0, props.backup.sizeBytes ?? 0);
  return (
    <div class="dialog-text stacked" role="status">
      <p>{counts()}</p>
      <Show when={props.backup.origin}>
        {(origin) => (
          <>
            <p class="muted">{t(`imports.checked.${origin().checked}`)}</p>
            <Show when={origin().leftOut.length > 0}>
              <p class="muted">{t('imports.leftOutText', origin().leftOut)}</p>
            </Show>
            <Show when={origin().withoutMetadata > 0}>
              <p class="muted">{t('imports.withoutMetadata', origin().withoutMetadata)}</p>
            </Show>
          </>
        )}
      </Show>
    </div>
  );
}
