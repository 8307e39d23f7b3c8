import Check from 'lucide-solid/icons/check';
import Copy from 'lucide-solid/icons/copy';
import { createSignal, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n-context.tsx';

/** The first 6 and last 4 digits of a hash or id; a press copies all of it. */
export function HashChip(props: { value: string }) {
  const { t } = useI18n();
  const [copied, setCopied] = createSignal(false);
  const short = () => `${props.value.slice(0, 6)}…${props.value.slice(-4)}`;
  const copy = async () => {
    await navigator.clipboard.writeText(props.value);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <button
      class="hash"
      type="button"
      title={props.value}
      aria-label={copied() ? t('common.copied') : t('common.copyHash', short())}
      onClick={() => void copy()}
    >
      {short()}
      <Show when={copied()} fallback={<Copy class="icon" aria-hidden="true" />}>
        <Check class="icon" aria-hidden="true" />
      </Show>
    </button>
  );
}
