// Settings: deployments, the configuration as a file, where archives are kept, facts and checks of the service, and how this browser shows it.
import { For } from 'solid-js';
import { useSession } from '../data/session-context.ts';
import { EncryptionSection } from '../encryption/encryption-section.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { useLive } from '../live/live-context.tsx';
import { letterKeys, setLetterKeys } from '../shell/letter-keys.ts';
import { Page, Section } from '../shell/page.tsx';
import { setTheme, theme, themes } from '../shell/theme.ts';
import { ConfigurationSection } from './configuration-section.tsx';
import { DeploymentsSection } from './deployments-section.tsx';
import { DestinationSection } from './destination-section.tsx';
import { DoctorSection } from './doctor-section.tsx';
import { LanguageChoice } from './language-choice.tsx';
import { RestoreTestsSection } from './restore-tests-section.tsx';
import { ServersSection } from './servers-section.tsx';
import { SystemSection } from './system-section.tsx';
import { VerificationSection } from './verification-section.tsx';

const sections = [
  'deployments',
  'configuration',
  'destination',
  'encryption',
  'verification',
  'restoreTests',
  'system',
  'servers',
  'doctor',
  'browser',
] as const;

export function SettingsPage() {
  const { t } = useI18n();
  return (
    <Page title={t('shell.settings')}>
      <h1 class="visually-hidden">{t('shell.settings')}</h1>
      <div class="with-nav">
        <nav class="sidenav" aria-label={t('shell.settings')}>
          <For each={sections}>{(section) => <a href={`#${section}`}>{t(`settings.${section}`)}</a>}</For>
        </nav>
        <div>
          <DeploymentsSection />
          <ConfigurationSection />
          <DestinationSection />
          <EncryptionSection />
          <VerificationSection />
          <RestoreTestsSection />
          <SystemSection />
          <ServersSection />
          <DoctorSection />
          <BrowserSection />
        </div>
      </div>
    </Page>
  );
}

function BrowserSection() {
  const { t } = useI18n();
  const session = useSession();
  const live = useLive();
  const signOut = async () => {
    if (await session.signOut()) live.signOut();
  };
  return (
    <Section id="browser" title={t('settings.browser')} note={t('settings.browserNote')}>
      <div class="stacked">
        <div class="field">
          <span class="label">{t('settings.language')}</span>
          <LanguageChoice />
        </div>
        <div class="field">
          <span class="label">{t('settings.theme')}</span>
          <fieldset class="seg" aria-label={t('settings.theme')}>
            <For each={themes}>
              {(name) => (
                <button type="button" aria-pressed={theme() === name} onClick={() => setTheme(name)}>
                  {t(`settings.themes.${name}`)}
                </button>
              )}
            </For>
          </fieldset>
        </div>
        <div class="field">
          <span class="label">{t('settings.letterKeys')}</span>
          <label class="check">
            <input
              type="checkbox"
              checked={letterKeys()}
              onChange={(event) => setLetterKeys(event.currentTarget.checked)}
            />
            {t('settings.letterKeysOn')}
          </label>
        </div>
        <p>
          <button class="btn" type="button" onClick={() => void signOut()}>
            {t('settings.signOut')}
          </button>
        </p>
      </div>
    </Section>
  );
}
