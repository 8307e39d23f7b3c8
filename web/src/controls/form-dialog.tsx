// A sheet with a form: its fields, what was refused, and a foot to go back or to send it.
import type { JSX } from 'solid-js';
import { useI18n } from '../i18n/i18n-context.tsx';
import { RefusalNote } from './refusal-note.tsx';
import { SheetDialog } from './sheet-dialog.tsx';

export interface FormDialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** Of the form: unique on the page. */
  readonly id: string;
  /** What the button says that sends it. */
  readonly action: string;
  readonly isSaving: boolean;
  readonly onSubmit: (event: SubmitEvent) => void;
  readonly error: unknown;
  readonly children: JSX.Element;
}

export function FormDialog(props: FormDialogProps) {
  const { t } = useI18n();
  return (
    <SheetDialog
      open={props.open}
      onClose={() => props.onClose()}
      title={props.title}
      footer={
        <>
          <button class="btn" type="button" onClick={() => props.onClose()}>
            {t('common.goBack')}
          </button>
          <button class="btn primary" type="submit" form={props.id} disabled={props.isSaving}>
            {props.action}
          </button>
        </>
      }
    >
      <form id={props.id} class="dialog-text stacked" novalidate onSubmit={(event) => props.onSubmit(event)}>
        {props.children}
        <RefusalNote error={props.error} />
      </form>
    </SheetDialog>
  );
}
