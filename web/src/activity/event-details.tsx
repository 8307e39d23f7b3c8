// One event in full: facts, data, and its place in the chain.
import type { LedgerEvent } from '@holdfast/shared/events';
import { For, Show } from 'solid-js';
import { HashChip } from '../controls/hash-chip.tsx';
import { JsonTree } from '../controls/json-tree.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';

export function EventDetails(props: { event: LedgerEvent; previous: LedgerEvent | undefined }) {
  const { t, f } = useI18n();
  const at = () =>
    `${f.day(props.event.at)}, ${f.seconds(props.event.at)}.${props.event.at.slice(20, 23)} ${f.zoneName(props.event.at)}`;
  return (
    <div class="event-sheet">
      <dl class="facts">
        <dt>{t('activity.type')}</dt>
        <dd>
          <code>{props.event.type}</code>
        </dd>
        <dt>{t('activity.at')}</dt>
        <dd>{at()}</dd>
        <dt>{t('backups.by')}</dt>
        <dd>
          {t('actor.name', props.event.actor)} <span class="faint code">{props.event.actor.id}</span>
        </dd>
        <dt>{t('activity.operation')}</dt>
        <dd>
          <HashChip value={props.event.correlationId} />{' '}
          <a href={`/activity?operation=${props.event.correlationId}`}>{t('activity.onlyThis')}</a>
        </dd>
        <dt>{t('activity.stream')}</dt>
        <dd class="code">{t('activity.streamVersion', props.event.stream, props.event.version)}</dd>
      </dl>
      <section class="well" tabindex="0" aria-label={t('activity.data')}>
        <ul class="tree">
          <For each={Object.entries(props.event.data)}>{([name, value]) => <JsonTree name={name} value={value} />}</For>
        </ul>
      </section>
      <ChainLink event={props.event} previous={props.previous} />
    </div>
  );
}

function ChainLink(props: { event: LedgerEvent; previous: LedgerEvent | undefined }) {
  const { t, f } = useI18n();
  const isEqual = () => props.previous?.hash === props.event.prevHash;
  return (
    <dl class="facts">
      <dt>{t('activity.hash')}</dt>
      <dd>
        <HashChip value={props.event.hash} />
      </dd>
      <dt>{t('activity.previous')}</dt>
      <dd>
        <HashChip value={props.event.prevHash} />{' '}
        <Show when={props.previous}>
          {(previous) => (
            <span class={isEqual() ? 'safe' : 'danger'}>
              {t(isEqual() ? 'activity.equalTo' : 'activity.differsFrom', f.count(previous().position))}
            </span>
          )}
        </Show>
      </dd>
    </dl>
  );
}
