// The recovery kit in two steps: choose a passphrase and download it; open it and enter the code that stands in it.
import type { EncryptionStatus, IssuedKit, RecoveryKit } from '@holdfast/shared/encryption';
import { passphraseOf } from '@holdfast/shared/readable-secrets';
import { useMutation, useQueryClient } from '@tanstack/solid-query';
import { createEffect, createSignal, Show } from 'solid-js';
import { TextField } from '../controls/field.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { SheetDialog } from '../controls/sheet-dialog.tsx';
import { useToast } from '../controls/toasts.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { downloadText } from '../settings/download-file.ts';

export type KitStep = 'download' | 'confirm';

export interface KitDialogProps {
  /** null: closed. */
  step: KitStep | null;
  kit: RecoveryKit | null;
  onStep: (step: KitStep | null) => void;
}

export function KitDialog(props: KitDialogProps) {
  const { t } = useI18n();
  const form = createKitForm(props);
  const isConfirming = () => props.step === 'confirm';
  return (
    <SheetDialog
      open={props.step !== null}
      onClose={() => props.onStep(null)}
      title={isConfirming() ? t('encryption.confirmTitle') : t('encryption.downloadTitle')}
      footer={
        <>
          <button class="btn" type="button" onClick={() => props.onStep(null)}>
            {t('common.goBack')}
          </button>
          <button class="btn primary" type="submit" form="kit-form" disabled={form.isBusy()}>
            {isConfirming() ? t('encryption.confirm') : t('encryption.download')}
          </button>
        </>
      }
    >
      <form id="kit-form" class="dialog-text stacked" novalidate onSubmit={form.submit}>
        <Show when={isConfirming()} fallback={<PassphraseStep form={form} />}>
          <CodeStep form={form} />
        </Show>
        <RefusalNote error={form.error()} />
      </form>
    </SheetDialog>
  );
}

type KitForm = ReturnType<typeof createKitForm>;

function PassphraseStep(props: { form: KitForm }) {
  const { t } = useI18n();
  return (
    <>
      <p>{t('encryption.downloadText')}</p>
      <TextField
        label={t('encryption.passphrase')}
        hint={t('encryption.passphraseHint')}
        value={props.form.passphrase()}
        error={props.form.passphraseProblem()}
        onInput={props.form.setPassphrase}
        code
      />
      <p>
        <button class="btn small" type="button" onClick={props.form.generate}>
          {t('encryption.generate')}
        </button>
      </p>
    </>
  );
}

function CodeStep(props: { form: KitForm }) {
  const { t } = useI18n();
  const file = () => props.form.fileName() ?? 'KIT';
  return (
    <>
      <p>
        <Show when={props.form.fileName()}>{(name) => <b>{t('encryption.downloaded', name())} </b>}</Show>
        {t('encryption.codeHow')}
      </p>
      <pre class="well" tabindex="0">
        {`age -d ${file()}\nholdfast keys open --code ${file()}`}
      </pre>
      <TextField
        label={t('encryption.code')}
        hint={t('encryption.codeHint')}
        value={props.form.code()}
        onInput={props.form.setCode}
        code
      />
    </>
  );
}

function createKitForm(props: KitDialogProps) {
  const { t } = useI18n();
  const [passphrase, setPassphrase] = createSignal('');
  const [code, setCode] = createSignal('');
  const [wasTried, setTried] = createSignal(false);
  const [fileName, setFileName] = createSignal<string>();
  const { issue, confirm } = createKitCalls(props, (kit) => {
    setFileName(kit.fileName);
    setPassphrase('');
  });
  createEffect(() => {
    if (props.step !== null) return;
    setPassphrase('');
    setCode('');
    setTried(false);
    setFileName(undefined);
    issue.reset();
    confirm.reset();
  });
  const isTooShort = () => passphrase().length < 12;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (props.step === 'confirm') return confirm.mutate({ code: code() });
    setTried(true);
    if (!isTooShort()) issue.mutate({ passphrase: passphrase() });
  };
  return {
    ...{ passphrase, setPassphrase, code, setCode, fileName, submit },
    generate: () => setPassphrase(passphraseOf(crypto.getRandomValues(new Uint8Array(16)))),
    passphraseProblem: () => (wasTried() && isTooShort() ? t('encryption.passphraseProblem') : null),
    isBusy: () => (props.step === 'confirm' ? confirm.isPending || code().trim() === '' : issue.isPending),
    error: () => (props.step === 'confirm' ? confirm.error : issue.error),
  };
}

function createKitCalls(props: KitDialogProps, onIssued: (kit: IssuedKit) => void) {
  const { t } = useI18n();
  const api = useApi();
  const toast = useToast();
  const queries = useQueryClient();
  const issue = useMutation(() => ({
    ...api.encryption.issueKit.mutation(),
    // The answer is kept by nobody but the file.
    gcTime: 0,
    onSuccess: (kit: IssuedKit) => {
      downloadText(kit.fileName, kit.content);
      onIssued(kit);
      void queries.invalidateQueries({ queryKey: api.encryption.status.key() });
      props.onStep('confirm');
    },
  }));
  const confirm = useMutation(() => ({
    ...api.encryption.confirmKit.mutation(),
    onSuccess: (status: EncryptionStatus) => {
      queries.setQueryData(api.encryption.status.key(), status);
      toast({ mark: 'verified', tone: 'safe', title: t('encryption.confirmed') });
      props.onStep(null);
    },
  }));
  return { issue, confirm };
}
