// Light, dark, or what the system says. `public/theme.js` applies the kept choice before the first paint.
import { type Accessor, createRoot, createSignal } from 'solid-js';

export type Theme = 'light' | 'dark' | 'system';
export const themes: readonly Theme[] = ['light', 'dark', 'system'];

const storageKey = 'holdfast.theme';
const [current, setCurrent] = createRoot(() => createSignal<Theme>(shownTheme()));

/** The choice of this browser. */
export const theme: Accessor<Theme> = current;

/** Shows a theme at once and keeps the choice in this browser. */
export function setTheme(next: Theme): void {
  setCurrent(next);
  const root = document.documentElement;
  if (next === 'system') delete root.dataset.theme;
  else root.dataset.theme = next;
  try {
    localStorage.setItem(storageKey, next);
  } catch {
    // Storage is switched off: the choice holds until the page is closed.
  }
}

/** The other of light and dark, seen from what is on the screen now. */
export function oppositeTheme(): Theme {
  const isDark = current() === 'dark' || (current() === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  return isDark ? 'light' : 'dark';
}

function shownTheme(): Theme {
  const shown = document.documentElement.dataset.theme;
  return shown === 'light' || shown === 'dark' ? shown : 'system';
}
