// A modal dialog; on a phone a sheet from below. Traps the focus and gives it back.
import * as Dialog from '@kobalte/core/dialog';
import type { JSX } from 'solid-js';

export interface SheetDialogProps {
  open: boolean;
  onClose: () => void;
  title: JSX.Element;
  children: JSX.Element;
  footer: JSX.Element;
  wide?: boolean;
  /** The element that gets the focus first; without it, the first control. */
  focusFirst?: (() => HTMLElement | undefined) | undefined;
}

export function SheetDialog(props: SheetDialogProps) {
  const onOpenAutoFocus = (event: Event) => {
    const element = props.focusFirst?.();
    if (!element) return;
    event.preventDefault();
    element.focus();
  };
  return (
    <Dialog.Root open={props.open} onOpenChange={(open) => !open && props.onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay class="scrim" />
        <div class="dialog-place">
          <Dialog.Content
            class="dialog"
            classList={{ 'dialog-wide': props.wide ?? false }}
            onOpenAutoFocus={onOpenAutoFocus}
          >
            <header>
              <Dialog.Title as="h1">{props.title}</Dialog.Title>
            </header>
            {props.children}
            <footer>{props.footer}</footer>
          </Dialog.Content>
        </div>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
