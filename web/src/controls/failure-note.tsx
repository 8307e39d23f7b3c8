// Why background work failed: the reason in words, what the server said, what to do, and the tool's last lines.
import type { Failure } from '@holdfast/shared/failures';
import { type JSX, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n-context.tsx';

/** `lead` stands before the reason; `acts` are the buttons beside it. */
export function FailureNote(props: { failure: Failure; lead?: string | undefined; acts?: JSX.Element }) {
  const { t } = useI18n();
  return (
    <div class="why danger">
      <div class="why-text">
        <p>
          <b>
            {props.lead} {t('failures.reason', props.failure.reason)}
          </b>{' '}
          <span lang="en">{props.failure.message}</span>
        </p>
        <p class="muted">{t('failures.hint', props.failure.reason)}</p>
        <Show when={props.failure.stderrTail?.length}>
          <details class="tail">
            <summary>{t('failures.lastLines')}</summary>
            <pre class="well" tabindex="0" lang="en">
              {props.failure.stderrTail?.join('\n')}
            </pre>
          </details>
        </Show>
      </div>
      <Show when={props.acts}>
        <span class="actions">{props.acts}</span>
      </Show>
    </div>
  );
}
