// Asks once more before something that cannot be taken back. The way back comes first; Enter starts nothing by itself.
import { createSignal, type JSX } from 'solid-js';
import { useI18n } from '../i18n/i18n-context.tsx';
import { RefusalNote } from './refusal-note.tsx';
import { SheetDialog } from './sheet-dialog.tsx';

export interface ConfirmDialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  /** What will happen, and what stays as it is. */
  children: JSX.Element;
  /** A verb with its object. */
  action: string;
  /** Closes the dialog when it resolves; what it rejects with is shown. */
  run: () => Promise<unknown>;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const { t } = useI18n();
  const [error, setError] = createSignal<unknown>(null);
  const [isRunning, setRunning] = createSignal(false);
  let back: HTMLButtonElement | undefined;
  const close = () => {
    setError(null);
    props.onClose();
  };
  const run = async () => {
    setRunning(true);
    setError(null);
    await props.run().then(close, setError);
    setRunning(false);
  };
  return (
    <SheetDialog
      open={props.open}
      onClose={close}
      title={props.title}
      focusFirst={() => back}
      footer={
        <>
          <button class="btn" type="button" ref={back} onClick={close}>
            {t('common.goBack')}
          </button>
          <button class="btn danger-solid" type="button" disabled={isRunning()} onClick={() => void run()}>
            {props.action}
          </button>
        </>
      }
    >
      <div class="dialog-text">
        {props.children}
        <RefusalNote error={error()} />
      </div>
    </SheetDialog>
  );
}
