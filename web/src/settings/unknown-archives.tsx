// Archives that the ledger does not know as good: whose they are, and the way back into the ledger.
import type { Reconciliation, UnknownArchive } from '@holdfast/shared/destination';
import { createSignal, For, Show } from 'solid-js';
import { HeadCell, RowHead, Table, TableBody, TableHead, Td, Tr } from '../controls/table.tsx';
import { Word } from '../controls/word.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { AdoptDialog } from './adopt-dialog.tsx';

export function UnknownArchives(props: { destinationId: string; report: Reconciliation }) {
  const { t } = useI18n();
  const [adopting, setAdopting] = createSignal<UnknownArchive>();
  const more = () => props.report.unknownTotal - props.report.unknown.length;
  return (
    <div class="destination-part">
      <h3>{t('destinations.unknown')}</h3>
      <p class="muted">{t('destinations.unknownText')}</p>
      <div class="wide">
        <Table class="plain fold">
          <caption class="visually-hidden">{t('destinations.unknown')}</caption>
          <TableHead>
            <Tr>
              <HeadCell>{t('backups.archive')}</HeadCell>
              <HeadCell>{t('deployments.deployment')}</HeadCell>
              <HeadCell class="num">{t('backups.documents')}</HeadCell>
              <HeadCell class="num">{t('backups.size')}</HeadCell>
              <HeadCell>{t('common.state')}</HeadCell>
              <HeadCell>
                <span class="visually-hidden">{t('common.actions')}</span>
              </HeadCell>
            </Tr>
          </TableHead>
          <TableBody>
            <For each={props.report.unknown}>
              {(archive) => <ArchiveRow archive={archive} onAdopt={() => setAdopting({ ...archive })} />}
            </For>
          </TableBody>
        </Table>
      </div>
      <Show when={more() > 0}>
        <p class="muted">{t('destinations.more', more())}</p>
      </Show>
      <AdoptDialog destinationId={props.destinationId} archive={adopting()} onClose={() => setAdopting(undefined)} />
    </div>
  );
}

function ArchiveRow(props: { archive: UnknownArchive; onAdopt: () => void }) {
  const { t, f } = useI18n();
  const manifest = () => props.archive.manifest;
  const taken = () => f.moment(manifest()?.startedAt ?? 0);
  return (
    <Tr>
      <RowHead class="at-1">
        <Show when={manifest()} fallback={<b>–</b>}>
          <b>{taken()}</b>
        </Show>
        <span class="sub code key">{props.archive.key}</span>
        <Show when={props.archive.problem}>
          {(problem) => (
            <span class="sub" lang="en">
              {problem()}
            </span>
          )}
        </Show>
      </RowHead>
      <Td data-label={t('deployments.deployment')}>
        {manifest()?.deploymentName ?? '–'}
        <span class="sub">{manifest()?.hosts.join(', ')}</span>
      </Td>
      <Td class="num" data-label={t('backups.documents')}>
        {manifest() ? f.count(manifest()?.documents ?? 0) : '–'}
      </Td>
      <Td class="num" data-label={t('backups.size')}>
        {f.bytes(props.archive.sizeBytes)}
      </Td>
      <Td class="at-2">
        <ArchiveWord archive={props.archive} />
      </Td>
      <Td>
        <Show when={props.archive.adoptable}>
          <div class="row-acts">
            <button
              class="btn small"
              type="button"
              aria-label={t('destinations.adoptOf', taken())}
              onClick={() => props.onAdopt()}
            >
              {t('destinations.adoptAsk')}
            </button>
          </div>
        </Show>
      </Td>
    </Tr>
  );
}

function ArchiveWord(props: { archive: UnknownArchive }) {
  const { t } = useI18n();
  return (
    <Show
      when={props.archive.problem === null}
      fallback={
        <Word mark="danger" tone="danger">
          {t('destinations.unreadable')}
        </Word>
      }
    >
      <Word mark="attention" tone="attention">
        {t('destinations.standing', props.archive.status)}
      </Word>
    </Show>
  );
}
