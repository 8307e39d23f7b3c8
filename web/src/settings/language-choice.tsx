import { For } from 'solid-js';
import { locales } from '../i18n/formats.ts';
import { useI18n } from '../i18n/i18n-context.tsx';

/** Each language calls itself by its own name. */
const names = { en: 'English', fr: 'Français' } as const;

/** Switches the language at once; the choice is kept in this browser. */
export function LanguageChoice() {
  const { t, locale, setLocale } = useI18n();
  return (
    <fieldset class="seg" aria-label={t('settings.language')}>
      <For each={locales}>
        {(code) => (
          <button type="button" lang={code} aria-pressed={locale() === code} onClick={() => void setLocale(code)}>
            {names[code]}
          </button>
        )}
      </For>
    </fieldset>
  );
}
