// What an import would do, policy by policy, before it is applied.
import type { ConfigurationChange, ConfigurationPreview, ConfiguredDestination } from '@holdfast/shared/configuration';
import type { PolicySettings } from '@holdfast/shared/policy';
import { For, Show } from 'solid-js';
import { HeadCell, RowHead, Table, TableBody, TableHead, Td, Tr } from '../controls/table.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Mark, type MarkName, type Tone } from '../marks/mark.tsx';
import { impactWords, limitWords, policyWords } from '../policies/policy-words.ts';

const looks: Record<ConfigurationChange['kind'], { mark: MarkName; tone?: Tone }> = {
  'policy-added': { mark: 'add' },
  'policy-changed': { mark: 'swap' },
  'policy-unchanged': { mark: 'same' },
  'deployment-needs-connection': { mark: 'attention', tone: 'attention' },
};

export interface ImportPreviewProps {
  preview: ConfigurationPreview;
  isApplying: boolean;
  onApply: () => void;
  onDiscard: () => void;
}

export function ImportPreview(props: ImportPreviewProps) {
  const { t } = useI18n();
  const changing = () =>
    props.preview.changes.filter(({ kind }) => kind === 'policy-added' || kind === 'policy-changed').length +
    props.preview.destinations.filter(({ kind }) => kind === 'destination-added').length;
  return (
    <section class="preview-import" aria-label={t('settings.preview')}>
      <h3 class="minor">{t('settings.previewTitle', changing())}</h3>
      <Show when={props.preview.destinations.length > 0}>
        <dl class="facts system-facts">
          <For each={props.preview.destinations}>{(place) => <PlaceRow place={place} />}</For>
        </dl>
      </Show>
      <div class="wide">
        <Table class="plain fold">
          <TableHead>
            <Tr>
              <HeadCell>{t('deployments.deployment')}</HeadCell>
              <HeadCell>{t('restores.effect')}</HeadCell>
              <HeadCell>{t('restores.now')}</HeadCell>
              <HeadCell>{t('restores.after')}</HeadCell>
            </Tr>
          </TableHead>
          <TableBody>
            <For each={props.preview.changes}>{(change) => <ChangeRow change={change} />}</For>
          </TableBody>
        </Table>
      </div>
      <div class="actions preview-acts">
        <button class="btn" type="button" onClick={() => props.onDiscard()}>
          {t('settings.discardImport')}
        </button>
        <button
          class="btn primary"
          type="button"
          disabled={changing() === 0 || props.isApplying}
          onClick={() => props.onApply()}
        >
          {props.isApplying ? t('settings.applying') : t('settings.apply', changing())}
        </button>
      </div>
    </section>
  );
}

const placeLooks: Record<ConfiguredDestination['kind'], { mark: MarkName; tone?: Tone }> = {
  'destination-added': { mark: 'add' },
  'destination-unchanged': { mark: 'same' },
  'destination-needs-key': { mark: 'attention', tone: 'attention' },
  'destination-away': { mark: 'danger', tone: 'danger' },
};

function PlaceRow(props: { place: ConfiguredDestination }) {
  const { t } = useI18n();
  const look = () => placeLooks[props.place.kind];
  return (
    <>
      <dt>{props.place.name}</dt>
      <dd>
        <span class="word">
          <Mark name={look().mark} tone={look().tone} />
          {t(`destinations.imported.${props.place.kind}`)}
        </span>
        <span class="sub code">{props.place.url}</span>
        <Show when={props.place.problem}>
          {(problem) => (
            <span class="sub" lang="en">
              {problem()}
            </span>
          )}
        </Show>
      </dd>
    </>
  );
}

function ChangeRow(props: { change: ConfigurationChange }) {
  const { t } = useI18n();
  const look = () => looks[props.change.kind];
  return (
    <Tr>
      <RowHead class="at-1">
        <b>{props.change.deployment}</b>
        <span class="sub">{props.change.policy}</span>
      </RowHead>
      <Td class="at-2">
        <span class="word">
          <Mark name={look().mark} tone={look().tone} />
          {t(`settings.change.${props.change.kind}`)}
        </span>
      </Td>
      <Td data-label={t('restores.now')}>
        <Settings of={props.change.current} />
      </Td>
      <Td data-label={t('restores.after')}>
        <Settings of={props.change.next} />
      </Td>
    </Tr>
  );
}

function Settings(props: { of: PolicySettings | null }) {
  const { t } = useI18n();
  return (
    <Show when={props.of} fallback="–">
      {(settings) => (
        <>
          {policyWords(t, settings())}
          <span class="sub">{limitWords(t, settings())}</span>
          <Show when={impactWords(t, settings())}>{(words) => <span class="sub">{words()}</span>}</Show>
        </>
      )}
    </Show>
  );
}
