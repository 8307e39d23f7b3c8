// What stands where an answer is awaited: lines of the height of the real ones, shown after a moment, with words for
// those who cannot see them.
import { For } from 'solid-js';
import { useI18n } from '../i18n/i18n-context.tsx';

export function Bones(props: { lines?: number }) {
  const { t } = useI18n();
  return (
    <div class="bones" role="status">
      <span class="visually-hidden">{t('common.loading')}</span>
      <For each={Array.from({ length: props.lines ?? 4 })}>
        {() => (
          <div class="bone-line" aria-hidden="true">
            <span class="bone strong" />
            <span class="bone" />
            <span class="bone" />
          </div>
        )}
      </For>
    </div>
  );
}
