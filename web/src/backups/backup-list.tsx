// The backups of a deployment, newest first, failed ones with their reason.
import type { Backup } from '@holdfast/shared/backup';
import type { Deployment } from '@holdfast/shared/deployment';
import Upload from 'lucide-solid/icons/upload';
import { createMemo, createSignal, For, Show } from 'solid-js';
import { Bones } from '../controls/bones.tsx';
import { FailureNote } from '../controls/failure-note.tsx';
import { More } from '../controls/more.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { HeadCell, RowHead, Table, TableBody, TableHead, Td, Tr } from '../controls/table.tsx';
import { Word } from '../controls/word.tsx';
import { useApi } from '../data/api-context.tsx';
import { createPages } from '../data/pages.ts';
import { backupLook } from '../deployments/readiness.ts';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';
import { Mark } from '../marks/mark.tsx';
import type { Busy } from '../operations/busy.ts';
import { Section } from '../shell/page.tsx';
import { BackupActs } from './backup-acts.tsx';
import { ImportDialog } from './import-dialog.tsx';
import { proofOf } from './proof.ts';

type Filter = 'kept' | 'failed' | 'all';
const filters: readonly Filter[] = ['kept', 'failed', 'all'];

export function BackupList(props: { deployment: Deployment; busy: Busy | null }) {
  const { t } = useI18n();
  const api = useApi();
  const [filter, setFilter] = createSignal<Filter>('kept');
  const pages = createPages(() => {
    const input = {
      deploymentId: props.deployment.id,
      limit: 30,
      ...(filter() === 'failed' ? { status: 'failed' as const } : {}),
    };
    return {
      key: api.backups.list.key(input),
      fetchPage: (cursor: string | undefined) => api.backups.list.fetch({ ...input, ...(cursor ? { cursor } : {}) }),
    };
  });
  const shown = createMemo(() => pages.items()?.filter((backup) => filter() !== 'kept' || !isGone(backup)));
  return (
    <Section
      title={t('backups.backups')}
      end={
        <>
          <FilterChoice value={filter()} onChange={setFilter} />
          <ImportButton deployment={props.deployment} />
        </>
      }
    >
      <RefusalNote error={pages.error()} />
      <Show when={shown()} fallback={<Bones lines={4} />}>
        {(backups) => (
          <Show when={backups().length > 0} fallback={<p class="muted">{t('backups.none', filter())}</p>}>
            <BackupTable deployment={props.deployment} busy={props.busy} backups={backups()} />
          </Show>
        )}
      </Show>
      <More pages={pages} />
    </Section>
  );
}

function ImportButton(props: { deployment: Deployment }) {
  const { t } = useI18n();
  const [isOpen, setOpen] = createSignal(false);
  return (
    <>
      <button class="btn small" type="button" onClick={() => setOpen(true)}>
        <Upload class="icon" aria-hidden="true" />
        {t('imports.importAsk')}
      </button>
      <Show when={isOpen()}>
        <ImportDialog deployment={props.deployment} onClose={() => setOpen(false)} />
      </Show>
    </>
  );
}

function isGone(backup: Backup): boolean {
  return backup.status === 'deleted' || backup.status === 'expired';
}

function FilterChoice(props: { value: Filter; onChange: (filter: Filter) => void }) {
  const { t } = useI18n();
  return (
    <fieldset class="facets" aria-label={t('common.show')}>
      <For each={filters}>
        {(filter) => (
          <button
            class="facet"
            type="button"
            aria-pressed={props.value === filter}
            onClick={() => props.onChange(filter)}
          >
            {t(`backups.filter.${filter}`)}
          </button>
        )}
      </For>
    </fieldset>
  );
}

function BackupTable(props: { deployment: Deployment; busy: Busy | null; backups: readonly Backup[] }) {
  const { t } = useI18n();
  return (
    <div class="bleed">
      <Table class="table sheet">
        <caption class="visually-hidden">{t('backups.caption', props.deployment.name)}</caption>
        <TableHead>
          <Tr>
            <HeadCell class="t-mark">
              <span class="visually-hidden">{t('common.state')}</span>
            </HeadCell>
            <HeadCell>{t('backups.taken')}</HeadCell>
            <HeadCell>{t('common.state')}</HeadCell>
            <HeadCell>{t('backups.by')}</HeadCell>
            <HeadCell class="num">{t('backups.size')}</HeadCell>
            <HeadCell class="num">{t('backups.documents')}</HeadCell>
            <HeadCell class="num wide-only">{t('backups.collections')}</HeadCell>
            <HeadCell class="num">{t('backups.duration')}</HeadCell>
            <HeadCell>
              <span class="visually-hidden">{t('common.actions')}</span>
            </HeadCell>
          </Tr>
        </TableHead>
        <TableBody>
          <For each={props.backups}>
            {(backup) => <BackupRows backup={backup} deployment={props.deployment} busy={props.busy} />}
          </For>
        </TableBody>
      </Table>
    </div>
  );
}

interface RowProps {
  backup: Backup;
  deployment: Deployment;
  busy: Busy | null;
}

function BackupRows(props: RowProps) {
  return (
    <>
      <BackupRow {...props} />
      <Show when={props.backup.error}>
        {(error) => (
          <Tr class="detail">
            <Td class="t-mark" />
            <Td colspan="8">
              <FailureNote failure={error()} />
            </Td>
          </Tr>
        )}
      </Show>
    </>
  );
}

function BackupRow(props: RowProps) {
  const { t, f } = useI18n();
  const look = () => backupLook(props.backup);
  const proofText = () => {
    const { verifiedAt, checkedAt, testedAt, failedTest } = props.backup;
    const near = (at: string | null) => f.near(at ?? props.backup.createdAt, now());
    switch (proofOf(props.backup)) {
      case 'damaged':
        return checkedAt ? t('backups.damagedAt', near(checkedAt)) : '';
      case 'unrestorable':
        return t('backups.unrestorableAt', near(failedTest?.at ?? null));
      case 'tested':
        return t('backups.testedAt', near(testedAt));
      case 'verified':
        return t('backups.verifiedAt', near(verifiedAt));
      case 'none':
        return t('backups.notVerified');
    }
  };
  const stateWord = () => {
    const proof = proofOf(props.backup);
    if (proof === 'damaged') return t('backups.damaged');
    return proof === 'unrestorable' ? t('backups.unrestorable') : t(`backups.status.${props.backup.status}`);
  };
  return (
    <Tr class={props.backup.error ? 'joined' : ''}>
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
      <Td class="at-2 keep">
        <Word tone={look().tone}>{stateWord()}</Word>
        <Show when={props.backup.status === 'completed'}>
          <span class="sub">{proofText()}</span>
        </Show>
      </Td>
      <Td data-label={t('backups.by')}>{t('actor.name', props.backup.actor)}</Td>
      <FigureCells backup={props.backup} />
      <Td class="row-end">
        <BackupActs backup={props.backup} deployment={props.deployment} busy={props.busy} />
      </Td>
    </Tr>
  );
}

function FigureCells(props: { backup: Backup }) {
  const { t, f } = useI18n();
  const figure = (value: number | null, format: (value: number) => string) =>
    value === null ? <span class="faint">–</span> : format(value);
  return (
    <>
      <Td class="num" data-label={t('backups.size')}>
        {figure(props.backup.sizeBytes, f.bytes)}
      </Td>
      <Td class="num" data-label={t('backups.documents')}>
        {figure(props.backup.documents, f.count)}
      </Td>
      <Td class="num wide-only">{figure(props.backup.collections, f.count)}</Td>
      <Td class="num narrow-hide">{figure(props.backup.durationMs, f.duration)}</Td>
    </>
  );
}
