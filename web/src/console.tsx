// The console: who is signed in decides between the gate and the pages.
import { Route, Router } from '@solidjs/router';
import { createEffect, createSignal, lazy, Match, onCleanup, onMount, Switch } from 'solid-js';
import { ActivityPage } from './activity/activity-page.tsx';
import { ToastProvider } from './controls/toasts.tsx';
import { ApiProvider } from './data/api-context.tsx';
import { readSession, type SessionAnswer, signOut } from './data/session.ts';
import { SessionContext } from './data/session-context.ts';
import { OverviewPage } from './deployments/overview-page.tsx';
import type { Dictionary } from './i18n/dictionary.ts';
import type { Locale } from './i18n/formats.ts';
import { I18nProvider } from './i18n/i18n-context.tsx';
import { LiveProvider } from './live/live-context.tsx';
import type { Silent } from './live/live-messages.ts';
import { WatchedOperations } from './operations/watched-operations.tsx';
import { NotFoundPage } from './shell/not-found-page.tsx';
import { Shell } from './shell/shell.tsx';
import { SignInPage } from './sign-in/sign-in-page.tsx';

const DeploymentPage = lazy(async () => ({
  default: (await import('./deployments/deployment-page.tsx')).DeploymentPage,
}));
const BackupPage = lazy(async () => ({ default: (await import('./backups/backup-page.tsx')).BackupPage }));
const CollectionPage = lazy(async () => ({
  default: (await import('./documents/collection-page.tsx')).CollectionPage,
}));
const PlanPage = lazy(async () => ({ default: (await import('./restores/plan-page.tsx')).PlanPage }));
const RestorePage = lazy(async () => ({ default: (await import('./restores/restore-page.tsx')).RestorePage }));
const RestorablePage = lazy(async () => ({ default: (await import('./restores/restorable-page.tsx')).RestorablePage }));
const PoliciesPage = lazy(async () => ({ default: (await import('./policies/policies-page.tsx')).PoliciesPage }));
const PolicyPage = lazy(async () => ({ default: (await import('./policies/policy-page.tsx')).PolicyPage }));
const SettingsPage = lazy(async () => ({ default: (await import('./settings/settings-page.tsx')).SettingsPage }));

type Access = 'asking' | SessionAnswer;

/** How often who is signed in is asked again while there is no answer, in milliseconds. */
const askAgainMs = 3000;

export function Console(props: { locale: Locale; dictionary: Dictionary }) {
  const [access, setAccess] = createSignal<Access>('asking');
  const ask = async () => setAccess(await readSession());
  onMount(ask);
  createEffect(() => {
    if (silentOf(access()) === null) return;
    const timer = setInterval(() => void ask(), askAgainMs);
    onCleanup(() => clearInterval(timer));
  });
  return (
    <I18nProvider locale={props.locale} dictionary={props.dictionary}>
      <Switch>
        <Match when={access() === 'signed-in'}>
          <SessionContext.Provider value={{ signOut }}>
            <Pages onSignedOut={() => setAccess('signed-out')} />
          </SessionContext.Provider>
        </Match>
        <Match when={access() !== 'asking'}>
          <SignInPage silent={silentOf(access())} onSignedIn={() => setAccess('signed-in')} onAskAgain={ask} />
        </Match>
      </Switch>
    </I18nProvider>
  );
}

/** What did not answer; null when something did. */
function silentOf(access: Access): Silent | null {
  if (access === 'no-ledger') return 'ledger';
  return access === 'no-answer' ? 'server' : null;
}

function Pages(props: { onSignedOut: () => void }) {
  return (
    <ApiProvider onSignedOut={props.onSignedOut}>
      <LiveProvider onSignedOut={props.onSignedOut}>
        <Routes />
      </LiveProvider>
    </ApiProvider>
  );
}

/** Anything else in an address is no backup and no restore. */
const byId = { id: /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/ };

function Routes() {
  return (
    <Router
      root={(section) => (
        <ToastProvider>
          <WatchedOperations>
            <Shell {...section} />
          </WatchedOperations>
        </ToastProvider>
      )}
    >
      <Route path="/" component={OverviewPage} />
      <Route path="/deployments/:id" component={DeploymentPage} />
      <Route path="/backups/:id" component={BackupPage} matchFilters={byId} />
      <Route path="/backups/:id/collections/:namespace" component={CollectionPage} matchFilters={byId} />
      <Route path="/backups/:id/restore" component={PlanPage} matchFilters={byId} />
      <Route path="/restore" component={RestorablePage} />
      <Route path="/restores/:id" component={RestorePage} matchFilters={byId} />
      <Route path="/policies" component={PoliciesPage} />
      <Route path="/policies/:id" component={PolicyPage} />
      <Route path="/activity" component={ActivityPage} />
      <Route path="/settings" component={SettingsPage} />
      <Route path="*" component={NotFoundPage} />
    </Router>
  );
}
