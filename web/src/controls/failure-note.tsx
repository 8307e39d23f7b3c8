// Why background work failed: the reason in words, what the server said, what to do, and the tool's last lines.
import type { Failure } from '@holdfast/shared/failures';
import { type JSX, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n-context.tsx';

interface FailureNoteProps {
  failure: Failure;
  /** Stands before the reason. */
  lead?: string | undefined;
  /** Nothing is lost by it. */
  mild?: boolean;
  /** The buttons beside it. */
  acts?: JSX.Element;
}

export function FailureNote(props: FailureNoteProps) {
  const { t } = useI18n();
  return (
    <div class={props.mild ? 'why' : 'why danger'}>
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
