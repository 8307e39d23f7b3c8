// Where the archive of a backup is, and where it should be.
import type { BackupCopy } from '@holdfast/shared/backup';
import { For, Show } from 'solid-js';
import { Word } from '../controls/word.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';
import type { MarkName, Tone } from '../marks/mark.tsx';

const looks: Record<BackupCopy['state'], { mark: MarkName; tone: Tone | undefined }> = {
  stored: { mark: 'written', tone: 'safe' },
  copying: { mark: 'running', tone: 'running' },
  missing: { mark: 'danger', tone: 'danger' },
  failed: { mark: 'attention', tone: 'attention' },
};

export function CopyFacts(props: { copies: readonly BackupCopy[] }) {
  const { t } = useI18n();
  return (
    <section aria-labelledby="copies">
      <h2 id="copies">{t('destinations.copies')}</h2>
      <dl class="facts">
        <For each={props.copies}>{(copy) => <CopyRow copy={copy} />}</For>
      </dl>
    </section>
  );
}

function CopyRow(props: { copy: BackupCopy }) {
  const { t, f } = useI18n();
  const look = () => looks[props.copy.state];
  const name = () => (props.copy.name === 'main' ? t('destinations.main') : props.copy.name);
  return (
    <>
      <dt>{name() ?? t('destinations.unknownPlace')}</dt>
      <dd>
        <Word mark={look().mark} tone={look().tone}>
          {t(`destinations.copyState.${props.copy.state}`)}
        </Word>
        <Show when={props.copy.at}>{(at) => <span class="sub">{f.relative(at(), now())}</span>}</Show>
        <Show when={props.copy.error}>
          {(error) => (
            <span class="sub" lang="en">
              {error().message}
            </span>
          )}
        </Show>
      </dd>
    </>
  );
}
