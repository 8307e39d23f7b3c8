// Every policy in one list: what is on, when it runs next, how much is kept.
import type { Policy } from '@holdfast/shared/policy';
import { useQuery } from '@tanstack/solid-query';
import { For, Show } from 'solid-js';
import { Bones } from '../controls/bones.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { HeadCell, RowHead, Table, TableBody, TableHead, Td, Tr } from '../controls/table.tsx';
import { AgeText } from '../controls/time-text.tsx';
import { Word } from '../controls/word.tsx';
import { useApi } from '../data/api-context.tsx';
import { createDeployment } from '../deployments/find-deployment.ts';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Mark } from '../marks/mark.tsx';
import { Page, Verdict } from '../shell/page.tsx';
import { hourText } from './policy-words.ts';

export function PoliciesPage() {
  const { t } = useI18n();
  const api = useApi();
  const policies = useQuery(() => api.policies.list.query());
  const on = () => policies.data?.filter(({ enabled }) => enabled).length ?? 0;
  return (
    <Page title={t('shell.policies')}>
      <RefusalNote error={policies.error} />
      <Show when={policies.data} fallback={<Bones lines={4} />}>
        {(known) => (
          <>
            <Verdict small answer={t('policies.countOn', on(), known().length)} facts={t('policies.oneEach')} />
            <PolicyTable policies={known()} />
          </>
        )}
      </Show>
    </Page>
  );
}

function PolicyTable(props: { policies: readonly Policy[] }) {
  const { t } = useI18n();
  return (
    <div class="bleed">
      <Table class="table sheet">
        <caption class="visually-hidden">{t('shell.policies')}</caption>
        <TableHead>
          <Tr>
            <HeadCell class="t-mark" />
            <HeadCell>{t('deployments.deployment')}</HeadCell>
            <HeadCell>{t('common.state')}</HeadCell>
            <HeadCell>{t('policies.dailyAt')}</HeadCell>
            <HeadCell class="num">{t('policies.keeps')}</HeadCell>
            <HeadCell>{t('overview.nextRun')}</HeadCell>
            <HeadCell>{t('policies.lastBackup')}</HeadCell>
            <HeadCell>
              <span class="visually-hidden">{t('common.actions')}</span>
            </HeadCell>
          </Tr>
        </TableHead>
        <TableBody>
          <For each={props.policies}>{(policy) => <PolicyRow policy={policy} />}</For>
        </TableBody>
      </Table>
    </div>
  );
}

function PolicyRow(props: { policy: Policy }) {
  const { t, f } = useI18n();
  const deployment = createDeployment(() => props.policy.deploymentId);
  const name = () => deployment()?.name ?? '…';
  const href = () => `/policies/${props.policy.id}`;
  return (
    <Tr>
      <Td class="t-mark">
        <Mark name={props.policy.enabled ? 'ok' : 'paused'} tone="off" />
      </Td>
      <RowHead class="t-name at-1">
        <a href={href()}>{name()}</a>
      </RowHead>
      <Td class="at-2">
        <Word tone={props.policy.enabled ? undefined : 'off'}>
          {t(props.policy.enabled ? 'policies.on' : 'policies.off')}
        </Word>
      </Td>
      <Td data-label={t('policies.dailyAt')}>
        {hourText(props.policy.scheduledHour)}
        <span class="sub">{props.policy.timezone}</span>
      </Td>
      <Td class="num" data-label={t('policies.keeps')}>
        {f.count(props.policy.retentionCount)}
      </Td>
      <Td data-label={t('overview.nextRun')}>
        <Show when={props.policy.nextRunAt} fallback={<span class="faint">{t('common.none')}</span>}>
          {(at) => <AgeText at={at()} />}
        </Show>
      </Td>
      <Td data-label={t('policies.lastBackup')}>
        <Show when={props.policy.lastBackupAt} fallback={<span class="faint">{t('common.never')}</span>}>
          {(at) => <AgeText at={at()} />}
        </Show>
      </Td>
      <Td class="row-end">
        <div class="row-acts">
          <a class="btn small" href={href()} aria-label={t('policies.changeOf', name())}>
            {t('policies.change')}
          </a>
        </div>
      </Td>
    </Tr>
  );
}
