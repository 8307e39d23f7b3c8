import { useQuery } from '@tanstack/solid-query';
import { Show } from 'solid-js';
import { Bones } from '../controls/bones.tsx';
import { HashChip } from '../controls/hash-chip.tsx';
import { ProgressBar } from '../controls/progress-bar.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { MomentText } from '../controls/time-text.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Section } from '../shell/page.tsx';

type Info = NonNullable<ReturnType<typeof createInfo>['data']>;

/** Version, ledger, storage and clock of the service. */
export function SystemSection() {
  const { t } = useI18n();
  const info = createInfo();
  return (
    <Section id="system" title={t('settings.system')}>
      <RefusalNote error={info.error} />
      <Show when={info.data} fallback={<Bones lines={3} />}>
        {(known) => <SystemFacts info={known()} />}
      </Show>
    </Section>
  );
}

function createInfo() {
  const api = useApi();
  return useQuery(() => api.system.info.query());
}

function SystemFacts(props: { info: Info }) {
  const { t, f } = useI18n();
  return (
    <dl class="facts system-facts">
      <dt>{t('settings.version')}</dt>
      <dd>Holdfast {props.info.version}</dd>
      <dt>{t('settings.runningSince')}</dt>
      <dd>
        <MomentText at={props.info.startedAt} />
      </dd>
      <dt>{t('settings.instance')}</dt>
      <dd class="code">{props.info.instanceId}</dd>
      <dt>{t('settings.serverZone')}</dt>
      <dd>{props.info.timezone}</dd>
      <dt>{t('overview.ledger')}</dt>
      <dd>
        {t(`settings.ledger.${props.info.ledger.kind}`)}
        <span class="sub">
          #{f.count(props.info.ledger.position)} <HashChip value={props.info.ledger.hash} />
        </span>
      </dd>
      <dt>{t('overview.storage')}</dt>
      <dd>
        <span class="code">{props.info.storage.url}</span>
        <StorageSpace free={props.info.storage.freeBytes} total={props.info.storage.totalBytes} />
      </dd>
    </dl>
  );
}

function StorageSpace(props: { free: number | null; total: number | null }) {
  const { t } = useI18n();
  const used = () => (props.free !== null && props.total ? 1 - props.free / props.total : null);
  return (
    <Show when={used() !== null}>
      <span class="space">
        <ProgressBar share={used()} label={t('settings.used')} done />
        <span class="sub">
          {t('overview.free', props.free ?? 0)} {t('overview.ofTotal', props.total ?? 0)}
        </span>
      </span>
    </Show>
  );
}
