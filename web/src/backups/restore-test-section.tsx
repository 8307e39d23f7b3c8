// The restore test of a backup: how the newest one came out, how far one is that runs, and asking for another.
import type { Backup } from '@holdfast/shared/backup';
import type { BackupRestoreTest } from '@holdfast/shared/restore-test';
import { useMutation, useQuery } from '@tanstack/solid-query';
import FlaskConical from 'lucide-solid/icons/flask-conical';
import { Match, Show, Switch } from 'solid-js';
import { FailureNote } from '../controls/failure-note.tsx';
import { ProgressBar } from '../controls/progress-bar.tsx';
import { refusalWords } from '../controls/refusal-note.tsx';
import { useToast } from '../controls/toasts.tsx';
import { Word } from '../controls/word.tsx';
import { useApi } from '../data/api-context.tsx';
import { toRefusal } from '../data/refusal.ts';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';
import { useWatched } from '../operations/watched-operations.tsx';
import { onLetterKey } from '../shell/letter-keys.ts';
import { Section } from '../shell/page.tsx';
import { isUnrestorable } from './proof.ts';

export function RestoreTestSection(props: { backup: Backup }) {
  const { t } = useI18n();
  const test = createRestoreTest(() => props.backup);
  onLetterKey('t', () => test.canRun() && test.run());
  return (
    <Section
      id="restore-test"
      title={t('restoreTests.test')}
      note={t('restoreTests.testNote')}
      end={
        <Show when={!isOpen(props.backup.restoreTest)} fallback={<CancelTest backup={props.backup} />}>
          <button
            class="btn small"
            type="button"
            disabled={!test.canRun()}
            aria-keyshortcuts="t"
            title={t('restoreTests.key')}
            onClick={test.run}
          >
            <FlaskConical class="icon" aria-hidden="true" />
            {t('restoreTests.ask')}
          </button>
        </Show>
      }
    >
      <Outcome backup={props.backup} />
      <EarlierFailure backup={props.backup} />
    </Section>
  );
}

/** Asks for a test; how it ends comes as a toast, and as an event on every page that shows the backup. */
export function createRestoreTest(backup: () => Backup) {
  const { t } = useI18n();
  const api = useApi();
  const toast = useToast();
  const watched = useWatched();
  const ask = useMutation(() => ({
    ...api.backups.restoreTest.mutation(),
    onSuccess: ({ id }) => watched.watch({ kind: 'restore-test', id }),
    onError: (error) => {
      const words = refusalWords(t, toRefusal(error));
      toast({ mark: 'danger', tone: 'danger', title: words.message, text: words.hint });
    },
  }));
  return {
    canRun: () => !ask.isPending && !isOpen(backup().restoreTest),
    run: () => ask.mutate({ id: backup().id }),
  };
}

function isOpen(test: BackupRestoreTest | null): boolean {
  return test?.state === 'requested' || test?.state === 'running';
}

function Outcome(props: { backup: Backup }) {
  const { t } = useI18n();
  const test = () => props.backup.restoreTest;
  return (
    <Switch fallback={<p class="muted">{t('restoreTests.never')}</p>}>
      <Match when={isOpen(test())}>
        <TestProgress backup={props.backup} />
      </Match>
      <Match when={test()?.state === 'passed' && test()}>{(passed) => <PassedFacts test={passed()} />}</Match>
      <Match when={test()?.state === 'failed' && test()?.error}>
        {(error) => (
          <>
            <FailureNote
              failure={error()}
              mild={!isUnrestorable(test() ?? null)}
              lead={t(isUnrestorable(test() ?? null) ? 'restoreTests.failedLead' : 'restoreTests.notMadeLead')}
            />
            <Show when={props.backup.failedTest === null}>
              <p class="muted">{t('restoreTests.notMadeText')}</p>
            </Show>
            <OlderPass backup={props.backup} />
          </>
        )}
      </Match>
      <Match when={test()?.state === 'skipped' && test()}>
        {(skipped) => <Skipped backup={props.backup} test={skipped()} />}
      </Match>
    </Switch>
  );
}

function PassedFacts(props: { test: BackupRestoreTest }) {
  const { t, f } = useI18n();
  return (
    <dl class="facts">
      <dt>{t('restoreTests.outcome')}</dt>
      <dd>
        <Word mark="tested" tone="safe">
          {t('restoreTests.passed')}
        </Word>
        <span class="sub">
          {t('restoreTests.passedText', props.test.documents ?? 0, props.test.serverVersion ?? '')}
        </span>
      </dd>
      <dt>{t('restoreTests.expected')}</dt>
      <dd>
        {f.duration(props.test.restoreMs ?? 0)}
        <span class="sub">{t('restoreTests.expectedHint')}</span>
      </dd>
      <dt>{t('restoreTests.whole')}</dt>
      <dd>{f.duration(props.test.durationMs ?? 0)}</dd>
      <dt>{t('restoreTests.testedAt')}</dt>
      <dd>
        {f.near(props.test.at, now())}
        <span class="sub">{t('restoreTests.cause', props.test.cause)}</span>
      </dd>
    </dl>
  );
}

/** What a later test did not disprove. */
function EarlierFailure(props: { backup: Backup }) {
  const { t } = useI18n();
  const earlier = () => (props.backup.failedTest?.at === props.backup.restoreTest?.at ? null : props.backup.failedTest);
  return (
    <Show when={earlier()}>
      {(failed) => <FailureNote failure={failed().error} lead={t('restoreTests.earlierLead')} />}
    </Show>
  );
}

/** What did not take place takes no mark. */
function Skipped(props: { backup: Backup; test: BackupRestoreTest }) {
  const { t, f } = useI18n();
  return (
    <>
      <div class="why">
        <div class="why-text">
          <p>
            <b>{t('restoreTests.skipped', props.test.skipped ?? 'interrupted')}</b>{' '}
            <Show when={props.test.skipped !== 'cancelled'}>
              <span lang="en">{props.test.message}</span>
            </Show>
          </p>
          <p class="muted">{t('restoreTests.skippedHint', props.test.skipped ?? 'interrupted')}</p>
          <p class="sub">{f.near(props.test.at, now())}</p>
        </div>
      </div>
      <OlderPass backup={props.backup} />
    </>
  );
}

function OlderPass(props: { backup: Backup }) {
  const { t, f } = useI18n();
  return (
    <Show when={props.backup.testedAt}>
      {(at) => (
        <p>
          <Word mark="tested" tone="safe">
            {t('restoreTests.passed')}
          </Word>{' '}
          {t('restoreTests.before', f.near(at(), now()), f.duration(props.backup.testedRestoreMs ?? 0))}
        </p>
      )}
    </Show>
  );
}

/** How far tests are is no event: it is asked for while somebody looks. */
const askEveryMs = 1_000;

function TestProgress(props: { backup: Backup }) {
  const { t } = useI18n();
  const api = useApi();
  const state = useQuery(() => ({ ...api.restoreTests.state.query(), refetchInterval: askEveryMs }));
  const running = () => state.data?.running.find(({ backupId }) => backupId === props.backup.id);
  const share = () => {
    const { bytes = 0, totalBytes = 0 } = running() ?? {};
    return totalBytes === 0 ? null : Math.min(1, bytes / totalBytes);
  };
  return (
    <div class="verifying">
      <ProgressBar share={share()} label={t('restoreTests.test')} />
      <span class="muted">
        <Show when={running()} fallback={t('restoreTests.waiting')}>
          {(test) => t('restoreTests.phase', test().phase, test().bytes, test().totalBytes)}
        </Show>
      </span>
    </div>
  );
}

function CancelTest(props: { backup: Backup }) {
  const { t } = useI18n();
  const api = useApi();
  const cancel = useMutation(() => api.backups.cancelRestoreTest.mutation());
  return (
    <button
      class="btn small"
      type="button"
      disabled={cancel.isPending || cancel.isSuccess}
      onClick={() => cancel.mutate({ id: props.backup.id })}
    >
      {cancel.isPending || cancel.isSuccess ? t('restoreTests.cancelling') : t('restoreTests.cancel')}
    </button>
  );
}
