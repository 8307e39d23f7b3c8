// Keys that are a single letter: each page says what they do there. They can be switched off, for whoever speaks to the computer
// or touches keys by accident.
import { type Accessor, createRoot, createSignal, onCleanup } from 'solid-js';

const storageKey = 'holdfast.letter-keys';
const [isOn, setOn] = createRoot(() => createSignal(keptChoice()));

/** Whether letters do something in this browser; on unless somebody switched them off. */
export const letterKeys: Accessor<boolean> = isOn;

/** Holds at once, and is kept in this browser. */
export function setLetterKeys(on: boolean): void {
  setOn(on);
  try {
    localStorage.setItem(storageKey, on ? 'on' : 'off');
  } catch {
    // Storage is switched off: the choice holds until the page is closed.
  }
}

/** Acts on a letter while the page around it is shown: not while somebody types, a dialog is open, or another key is held. */
export function onLetterKey(letter: string, act: () => void): void {
  const onKey = (event: KeyboardEvent) => {
    if (!isOn() || event.key.toLowerCase() !== letter || event.repeat || event.defaultPrevented) return;
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"], dialog[open]')) return;
    event.preventDefault();
    act();
  };
  document.addEventListener('keydown', onKey);
  onCleanup(() => document.removeEventListener('keydown', onKey));
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

function keptChoice(): boolean {
  try {
    return localStorage.getItem(storageKey) !== 'off';
  } catch {
    return true;
  }
}
