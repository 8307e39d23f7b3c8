import { useQuery } from '@tanstack/solid-query';
import { Show } from 'solid-js';
import { Bones } from '../controls/bones.tsx';
import { HashChip } from '../controls/hash-chip.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { MomentText } from '../controls/time-text.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Section } from '../shell/page.tsx';

type Info = NonNullable<ReturnType<typeof createInfo>['data']>;

/** Version, ledger and clock of the service. */
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
    </dl>
  );
}
