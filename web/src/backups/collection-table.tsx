import type { BackupCollection } from '@holdfast/shared/backup';
import Search from 'lucide-solid/icons/search';
import { createSignal, For, Show } from 'solid-js';
import { Bones } from '../controls/bones.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { HeadCell, RowHead, Table, TableBody, TableHead, Td, Tr } from '../controls/table.tsx';
import { useApi } from '../data/api-context.tsx';
import { createPages, type Pages } from '../data/pages.ts';
import { collectionPage } from '../documents/download-address.ts';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Section } from '../shell/page.tsx';

/** So few are seen at a glance, without a search. */
const seenAtOnce = 12;
const pageSize = 100;

/** What the archive's manifest says is in it, the largest first; each leads to its documents. */
export function CollectionTable(props: { backupId: string }) {
  const { t, f } = useI18n();
  const api = useApi();
  const [search, setSearch] = createSignal('');
  const pages = createPages(() => {
    const input = { id: props.backupId as never, order: 'size' as const, search: search(), limit: pageSize };
    return {
      key: api.backups.collections.key(input),
      fetchPage: (cursor: number | undefined) => api.backups.collections.fetch({ ...input, cursor: cursor ?? 0 }),
    };
  });
  const isLong = () => search() !== '' || (pages.items()?.length ?? 0) > seenAtOnce;
  return (
    <Section
      title={t('backups.collections')}
      note={t('backups.fromManifest')}
      end={
        <Show when={isLong()}>
          <label class="search">
            <Search class="icon" aria-hidden="true" />
            <span class="visually-hidden">{t('backups.searchCollections')}</span>
            <input
              class="input"
              value={search()}
              placeholder={t('backups.searchCollections')}
              autocomplete="off"
              onInput={(event) => setSearch(event.currentTarget.value)}
            />
          </label>
        </Show>
      }
    >
      <RefusalNote error={pages.error()} />
      <Show
        when={pages.items()}
        fallback={
          <Show when={!pages.error()}>
            <Bones lines={4} />
          </Show>
        }
      >
        {(rows) => (
          <>
            <p class="visually-hidden" aria-live="polite">
              {search() === '' ? '' : t('backups.collectionsFound', f.count(pages.total() ?? 0))}
            </p>
            <Show when={rows().length > 0} fallback={<p class="muted">{t('backups.noCollection')}</p>}>
              <Rows backupId={props.backupId} rows={rows()} />
            </Show>
            <MoreCollections pages={pages} />
          </>
        )}
      </Show>
    </Section>
  );
}

function Rows(props: { backupId: string; rows: readonly BackupCollection[] }) {
  const { t } = useI18n();
  return (
    <div class="bleed">
      <Table class="table sheet dense">
        <caption class="visually-hidden">{t('backups.collections')}</caption>
        <TableHead>
          <Tr>
            <HeadCell class="t-mark" />
            <HeadCell>{t('operation.namespace')}</HeadCell>
            <HeadCell>{t('backups.kind')}</HeadCell>
            <HeadCell class="num">{t('backups.documents')}</HeadCell>
            <HeadCell class="num">{t('backups.rawSize')}</HeadCell>
            <HeadCell class="num">{t('backups.indexes')}</HeadCell>
          </Tr>
        </TableHead>
        <TableBody>
          <For each={props.rows}>{(row) => <Row backupId={props.backupId} row={row} />}</For>
        </TableBody>
      </Table>
    </div>
  );
}

function Row(props: { backupId: string; row: BackupCollection }) {
  const { t, f } = useI18n();
  const namespace = () => `${props.row.database}.${props.row.collection}`;
  const isView = () => props.row.type === 'view';
  return (
    <Tr>
      <Td class="t-mark" />
      <RowHead class="t-name at-1">
        <Show when={!isView()} fallback={namespace()}>
          <a href={collectionPage(props.backupId, namespace())}>{namespace()}</a>
        </Show>
      </RowHead>
      <Td class="narrow-hide">{t(`backups.type.${props.row.type}`)}</Td>
      <Td class="num" data-label={t('backups.documents')}>
        {isView() ? '–' : f.count(props.row.documents)}
      </Td>
      <Td class="num at-2">{isView() ? '–' : f.bytes(props.row.bytes)}</Td>
      <Td class="num narrow-hide">{isView() ? '–' : f.count(props.row.indexes)}</Td>
    </Tr>
  );
}

function MoreCollections(props: { pages: Pages<BackupCollection> }) {
  const { t, f } = useI18n();
  return (
    <Show when={props.pages.hasMore()}>
      <p class="pager">
        <button
          class="btn small"
          type="button"
          disabled={props.pages.isLoadingMore()}
          onClick={() => props.pages.loadMore()}
        >
          {props.pages.isLoadingMore()
            ? t('common.loading')
            : t('backups.moreCollections', f.count(props.pages.total() ?? 0))}
        </button>
      </p>
    </Show>
  );
}
