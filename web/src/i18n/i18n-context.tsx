// The reader's language for components: `t('area.key', ...)` for words, `f.bytes(...)` and the like for values.
import { type Flatten, flatten, type Translator, translator } from '@solid-primitives/i18n';
import { type Accessor, createContext, createMemo, createSignal, type ParentProps, useContext } from 'solid-js';
import type { Dictionary } from './dictionary.ts';
import { createFormats, type Formats, type Locale, locales } from './formats.ts';

export interface I18n {
  readonly t: Translator<Flatten<Dictionary>>;
  readonly f: Formats;
  readonly locale: Accessor<Locale>;
  /** Loads the language, shows it and keeps the choice in this browser. */
  setLocale(locale: Locale): Promise<void>;
}

const storageKey = 'holdfast.locale';
const I18nContext = createContext<I18n>();

/** Loads one language; the others stay on the server until somebody wants them. */
export async function loadDictionary(locale: Locale): Promise<Dictionary> {
  return locale === 'fr' ? (await import('./fr/dictionary.ts')).fr : (await import('./en/dictionary.ts')).en;
}

/** The kept choice, else the first of the browser's languages that the console speaks, else English. */
export function preferredLocale(kept: string | null, languages: readonly string[]): Locale {
  const candidates = [kept ?? '', ...languages].map((language) => language.slice(0, 2).toLowerCase());
  return (
    locales.find((locale) => locale === candidates.find((code) => locales.some((known) => known === code))) ?? 'en'
  );
}

/** Reads the kept choice and the browser's languages. */
export function browserLocale(): Locale {
  return preferredLocale(readKept(), navigator.languages);
}

export function I18nProvider(props: ParentProps<{ locale: Locale; dictionary: Dictionary }>) {
  const [current, setCurrent] = createSignal({ locale: props.locale, dictionary: props.dictionary });
  document.documentElement.lang = props.locale;
  const flat = createMemo(() => flatten(current().dictionary));
  const formats = createMemo(() => createFormats(current().locale));
  const i18n: I18n = {
    t: translator(flat),
    f: followingFormats(formats),
    locale: () => current().locale,
    setLocale: async (locale) => {
      setCurrent({ locale, dictionary: await loadDictionary(locale) });
      document.documentElement.lang = locale;
      keep(locale);
    },
  };
  return <I18nContext.Provider value={i18n}>{props.children}</I18nContext.Provider>;
}

export function useI18n(): I18n {
  const i18n = useContext(I18nContext);
  if (!i18n) throw new Error('useI18n stands outside I18nProvider');
  return i18n;
}

/** Looks the current formats up at each use, so that what reads them follows a change of language. */
function followingFormats(formats: Accessor<Formats>): Formats {
  return new Proxy({} as Formats, { get: (_target, name) => Reflect.get(formats(), name) });
}

function readKept(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null; // storage is switched off
  }
}

function keep(locale: Locale): void {
  try {
    localStorage.setItem(storageKey, locale);
  } catch {
    // Storage is switched off: the choice holds until the page is closed.
  }
}
