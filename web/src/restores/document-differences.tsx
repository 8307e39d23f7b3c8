// The documents of a collection on both sides, compared by `_id`: how many of each kind, and the first ones by name.
import type { DocumentDifference } from '@holdfast/shared/restore-plan';
import { For, Show } from 'solid-js';
import { idText } from '../documents/id-text.ts';
import { useI18n } from '../i18n/i18n-context.tsx';

const kinds = ['onlyLive', 'changed', 'onlyInBackup', 'same'] as const;

/** `isMerge`: nothing that is there is taken away or changed. */
export function DocumentDifferences(props: { difference: DocumentDifference; isMerge: boolean }) {
  const { t } = useI18n();
  const examples = (kind: (typeof kinds)[number]) => (kind === 'same' ? [] : props.difference.examples[kind]);
  return (
    <dl class="differences">
      <For each={kinds}>
        {(kind) => (
          <div classList={{ faint: props.difference[kind] === 0 }}>
            <dt>{t(`restorePlan.compared.${kind}`, props.difference[kind])}</dt>
            <Show when={props.difference[kind] > 0}>
              <dd>{t('restorePlan.comparedText', kind, props.isMerge)}</dd>
            </Show>
            <For each={examples(kind)}>{(id) => <dd class="code">{idText(id)}</dd>}</For>
            <Show when={examples(kind).length > 0 && examples(kind).length < props.difference[kind]}>
              <dd class="faint">{t('restorePlan.andMore', props.difference[kind] - examples(kind).length)}</dd>
            </Show>
          </div>
        )}
      </For>
    </dl>
  );
}
