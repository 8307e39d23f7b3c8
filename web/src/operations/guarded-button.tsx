// Buttons that begin a backup or a restore: disabled while the deployment is busy, with the reason beside them.
import { createEffect, createUniqueId, type JSX, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n-context.tsx';
import { onLetterKey } from '../shell/letter-keys.ts';
import type { Busy } from './busy.ts';

export interface GuardedButtonProps {
  busy: Busy | null;
  /** The button's own request is on its way. */
  pending?: boolean;
  /** Another reason than the lock why it cannot be pressed. */
  unavailable?: string | null | undefined;
  class?: string;
  label?: string | undefined;
  onPress: () => void;
  /** A key that presses it while the page is shown, and the words that say so. */
  shortcut?: { readonly letter: string; readonly words: string };
  children: JSX.Element;
  /** Where the reason stands: as a sentence beside the button (default), in a few words, or with a neighbour. */
  reason?: 'sentence' | 'short' | 'elsewhere';
}

export function GuardedButton(props: GuardedButtonProps) {
  const reason = createReason(props);
  const id = createUniqueId();
  let button: HTMLButtonElement | undefined;
  let note: HTMLSpanElement | undefined;
  const isDisabled = () => Boolean(reason()) || (props.pending ?? false);
  if (props.shortcut) onLetterKey(props.shortcut.letter, () => !isDisabled() && props.onPress());
  createEffect(() => {
    // A button that is switched off under the keyboard's focus hands it to the reason instead of losing it.
    if (reason() && document.activeElement === button) note?.focus();
  });
  return (
    <span class="guarded" classList={{ 'guarded-short': props.reason === 'short' }}>
      <button
        ref={button}
        class={`btn ${props.class ?? ''}`}
        type="button"
        disabled={isDisabled()}
        aria-label={props.label}
        aria-keyshortcuts={props.shortcut?.letter}
        title={props.shortcut?.words}
        aria-describedby={reason() ? id : undefined}
        onClick={() => props.onPress()}
      >
        {props.children}
      </button>
      <Show when={reason()}>
        <span
          ref={note}
          class="why-not"
          classList={{ 'visually-hidden': props.reason === 'elsewhere' }}
          id={id}
          tabindex="-1"
        >
          {reason()}
        </span>
      </Show>
    </span>
  );
}

function createReason(props: GuardedButtonProps): () => string | null {
  const { t } = useI18n();
  return () => {
    const busy = props.busy;
    if (!busy) return props.unavailable ?? null;
    return props.reason === 'short' ? t('operation.busyShort', busy) : t('operation.busy', busy);
  };
}
