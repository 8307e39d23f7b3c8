import { useQuery } from '@tanstack/solid-query';
import { For, Show } from 'solid-js';
import { Bones } from '../controls/bones.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { HeadCell, RowHead, Table, TableBody, TableHead, Td, Tr } from '../controls/table.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Section } from '../shell/page.tsx';

/** What the archive's manifest says is in it, the largest first. */
export function CollectionTable(props: { backupId: string }) {
  const { t, f } = useI18n();
  const api = useApi();
  const collections = useQuery(() =>
    api.backups.collections.query({ id: props.backupId, order: 'size', limit: 1_000 }),
  );
  const sorted = () => collections.data?.items;
  return (
    <Section title={t('backups.collections')} note={t('backups.fromManifest')}>
      <RefusalNote error={collections.error} />
      <Show
        when={sorted()}
        fallback={
          <Show when={!collections.error}>
            <Bones lines={4} />
          </Show>
        }
      >
        {(rows) => (
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
                <For each={rows()}>
                  {(row) => (
                    <Tr>
                      <Td class="t-mark" />
                      <RowHead class="t-name at-1">
                        {row.database}.{row.collection}
                      </RowHead>
                      <Td class="narrow-hide">{t(`backups.type.${row.type}`)}</Td>
                      <Td class="num" data-label={t('backups.documents')}>
                        {row.type === 'view' ? '–' : f.count(row.documents)}
                      </Td>
                      <Td class="num at-2">{row.type === 'view' ? '–' : f.bytes(row.bytes)}</Td>
                      <Td class="num narrow-hide">{row.type === 'view' ? '–' : f.count(row.indexes)}</Td>
                    </Tr>
                  )}
                </For>
              </TableBody>
            </Table>
          </div>
        )}
      </Show>
    </Section>
  );
}
