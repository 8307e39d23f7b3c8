// "Bring it back": every backup that can be restored, newest first, and the restores so far.
import type { Backup } from '@holdfast/shared/backup';
import { createMemo, For, Show } from 'solid-js';
import { Bones } from '../controls/bones.tsx';
import { More } from '../controls/more.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { HeadCell, RowHead, Table, TableBody, TableHead, Td, Tr } from '../controls/table.tsx';
import { useApi } from '../data/api-context.tsx';
import { createPages } from '../data/pages.ts';
import { DeploymentFilter, useDeploymentFilter } from '../deployments/deployment-filter.tsx';
import { createDeployment, createIsRemoved } from '../deployments/find-deployment.ts';
import { backupLook, isGood } from '../deployments/readiness.ts';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';
import { Mark } from '../marks/mark.tsx';
import { useBusy } from '../operations/busy.ts';
import { GuardedButton } from '../operations/guarded-button.tsx';
import { Page, Section, Verdict } from '../shell/page.tsx';
import { useOpenPlan } from './open-plan.ts';
import { RestoreList } from './restore-list.tsx';

export function RestorablePage() {
  const { t } = useI18n();
  return (
    <Page title={t('restores.restore')} crumbs={[{ label: t('restores.restore') }]}>
      <Verdict small mark="todo" tone="off" answer={t('restores.choose')} rest={t('restores.nothingChanges')} />
      <Restorable />
      <RestoreList />
    </Page>
  );
}

function Restorable() {
  const { t } = useI18n();
  const pages = createRestorable();
  const good = createMemo(() => pages.items()?.filter(isGood));
  return (
    <Section first title={t('backups.backups')} end={<DeploymentFilter />}>
      <RefusalNote error={pages.error()} />
      <Show when={good()} fallback={<Bones lines={4} />}>
        {(backups) => (
          <Show when={backups().length > 0} fallback={<p class="muted">{t('restores.nothingYet')}</p>}>
            <RestorableTable backups={backups()} />
          </Show>
        )}
      </Show>
      <More pages={pages} />
    </Section>
  );
}

/** The completed backups of the chosen deployment, or of all. */
function createRestorable() {
  const api = useApi();
  const deploymentId = useDeploymentFilter();
  return createPages(() => {
    const id = deploymentId();
    const input = { status: 'completed' as const, limit: 20, ...(id ? { deploymentId: id } : {}) };
    return {
      key: api.backups.list.key(input),
      fetchPage: (cursor: string | undefined) => api.backups.list.fetch({ ...input, ...(cursor ? { cursor } : {}) }),
    };
  });
}

function RestorableTable(props: { backups: readonly Backup[] }) {
  const { t } = useI18n();
  return (
    <div class="bleed">
      <Table class="table sheet">
        <caption class="visually-hidden">{t('restores.choose')}</caption>
        <TableHead>
          <Tr>
            <HeadCell class="t-mark">
              <span class="visually-hidden">{t('common.state')}</span>
            </HeadCell>
            <HeadCell>{t('backups.taken')}</HeadCell>
            <HeadCell>{t('deployments.deployment')}</HeadCell>
            <HeadCell class="num">{t('backups.documents')}</HeadCell>
            <HeadCell class="num">{t('backups.size')}</HeadCell>
            <HeadCell>
              <span class="visually-hidden">{t('common.actions')}</span>
            </HeadCell>
          </Tr>
        </TableHead>
        <TableBody>
          <For each={props.backups}>{(backup) => <RestorableRow backup={backup} />}</For>
        </TableBody>
      </Table>
    </div>
  );
}

function RestorableRow(props: { backup: Backup }) {
  const { t, f } = useI18n();
  const openPlan = useOpenPlan();
  const busy = useBusy(createDeployment(() => props.backup.deploymentId));
  const isRemoved = createIsRemoved(() => props.backup.deploymentId);
  const look = () => backupLook(props.backup);
  return (
    <Tr>
      <Td class="t-mark">
        <Mark name={look().mark} tone={look().tone} />
      </Td>
      <RowHead class="t-name at-1">
        <a href={`/backups/${props.backup.id}`}>
          <time dateTime={props.backup.createdAt}>{f.moment(props.backup.createdAt)}</time>
        </a>
        <span class="sub">
          {f.relative(props.backup.createdAt, now())}
          <Show when={props.backup.trigger === 'safety'}>, {t('backups.safetyBackup')}</Show>
        </span>
      </RowHead>
      <Td class="at-2">
        {props.backup.deploymentName}
        <Show when={isRemoved()}>
          <span class="sub">{t('restores.deploymentGone')}</span>
        </Show>
      </Td>
      <Td class="num" data-label={t('backups.documents')}>
        {f.count(props.backup.documents ?? 0)}
      </Td>
      <Td class="num" data-label={t('backups.size')}>
        {f.bytes(props.backup.sizeBytes ?? 0)}
      </Td>
      <Td class="row-end">
        <div class="row-acts">
          <GuardedButton
            busy={busy()}
            class="small"
            reason="short"
            label={t('restores.restoreAskFrom', f.moment(props.backup.createdAt))}
            onPress={() => openPlan(props.backup.id)}
          >
            {t('restores.restoreAsk')}
          </GuardedButton>
        </div>
      </Td>
    </Tr>
  );
}
