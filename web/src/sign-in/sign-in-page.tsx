// The gate: a login code from the server's command line, good once and for ten minutes.
import { createSignal, onMount, Show } from 'solid-js';
import { TextField } from '../controls/field.tsx';
import { type SignInOutcome, signIn } from '../data/session.ts';
import { type I18n, useI18n } from '../i18n/i18n-context.tsx';
import type { Silent } from '../live/live-messages.ts';
import { LanguageChoice } from '../settings/language-choice.tsx';

export interface SignInPageProps {
  /** What did not answer when the server was asked who is signed in; it is asked again by itself. */
  silent: Silent | null;
  onSignedIn: () => void;
  onAskAgain: () => void;
}

export function SignInPage(props: SignInPageProps) {
  const { t } = useI18n();
  onMount(() => {
    document.title = `${t('signIn.title')} · Holdfast`;
  });
  return (
    <main class="gate" id="main">
      <svg class="gate-mark" viewBox="0 0 80 88" aria-hidden="true">
        <path class="stem" d="M40 88V13" />
        <path class="stem" d="M40 43c0-8.5 5-13.5 10.8-13.5S61 34 61 41v7.5M51 51h20" />
      </svg>
      <h1>{t('signIn.title')}</h1>
      <p class="muted">{location.host}</p>
      <Show when={props.silent} fallback={<CodeForm onSignedIn={props.onSignedIn} />}>
        {(silent) => <NoAnswer silent={silent()} onAskAgain={props.onAskAgain} />}
      </Show>
      <div class="ways">
        <p class="muted">{t('signIn.howTo')}</p>
        <pre class="well">npx pnpm@12 holdfast login-code</pre>
        <p class="sub">{t('signIn.goodFor')}</p>
        <LanguageChoice />
      </div>
    </main>
  );
}

function CodeForm(props: { onSignedIn: () => void }) {
  const { t } = useI18n();
  const [code, setCode] = createSignal('');
  const [problem, setProblem] = createSignal<string | null>(null);
  const [isSending, setSending] = createSignal(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!code().trim()) return setProblem(t('signIn.empty'));
    setSending(true);
    const outcome = await signIn(code().trim());
    setSending(false);
    if (outcome.kind === 'signed-in') props.onSignedIn();
    else setProblem(problemWords(t, outcome));
  };
  return (
    <form onSubmit={(event) => void submit(event)} novalidate>
      <TextField
        label={t('signIn.code')}
        value={code()}
        onInput={(value) => {
          setCode(value);
          setProblem(null);
        }}
        error={problem()}
        autocomplete="one-time-code"
        code
        autofocus
      />
      <button class="btn primary" type="submit" disabled={isSending()}>
        {isSending() ? t('signIn.signingIn') : t('signIn.signIn')}
      </button>
    </form>
  );
}

function NoAnswer(props: { silent: Silent; onAskAgain: () => void }) {
  const { t } = useI18n();
  return (
    <div class="stacked gate-note">
      <p role="alert">
        <b>{silentWords(t, props.silent).message}</b> {silentWords(t, props.silent).hint}
      </p>
      <button class="btn" type="button" onClick={() => props.onAskAgain()}>
        {t('live.retry')}
      </button>
    </div>
  );
}

function silentWords(t: I18n['t'], silent: Silent): { message: string; hint: string } {
  if (silent === 'server') return { message: t('errors.noAnswer'), hint: t('errors.noAnswerHint') };
  const app = { code: 'LEDGER_UNAVAILABLE', details: {}, hint: '' } as const;
  return { message: t('errors.message', app), hint: t('live.ledgerGoesOn') };
}

function problemWords(t: I18n['t'], outcome: SignInOutcome): string {
  switch (outcome.kind) {
    case 'too-many':
      return t('signIn.tooMany', outcome.retryAfterSeconds);
    case 'no-answer':
    case 'no-ledger': {
      const { message, hint } = silentWords(t, outcome.kind === 'no-ledger' ? 'ledger' : 'server');
      return `${message} ${hint}`;
    }
    case 'refused':
      return outcome.message;
    default:
      return t('signIn.wrong');
  }
}
