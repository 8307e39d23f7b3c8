import type { Destination } from '@holdfast/shared/destination';
import { For } from 'solid-js';
import { HeadCell, RowHead, Table, TableBody, TableHead, Td, Tr } from '../controls/table.tsx';
import { Word } from '../controls/word.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';

/** Backups whose archive is gone. None of them can be restored. */
export function MissingBackups(props: { missing: Destination['missing'] }) {
  const { t, f } = useI18n();
  return (
    <div class="destination-part">
      <h3>{t('destinations.missing')}</h3>
      <p class="muted">{t('destinations.missingText')}</p>
      <div class="wide">
        <Table class="plain fold">
          <caption class="visually-hidden">{t('destinations.missing')}</caption>
          <TableHead>
            <Tr>
              <HeadCell>{t('backups.backup')}</HeadCell>
              <HeadCell>{t('deployments.deployment')}</HeadCell>
              <HeadCell>{t('backups.file')}</HeadCell>
              <HeadCell>{t('common.state')}</HeadCell>
            </Tr>
          </TableHead>
          <TableBody>
            <For each={props.missing}>
              {(backup) => (
                <Tr>
                  <RowHead class="at-1">
                    <a href={`/backups/${backup.backupId}`}>
                      <time dateTime={backup.createdAt}>{f.moment(backup.createdAt)}</time>
                    </a>
                    <span class="sub">{f.relative(backup.createdAt, now())}</span>
                  </RowHead>
                  <Td data-label={t('deployments.deployment')}>{backup.deploymentName}</Td>
                  <Td data-label={t('backups.file')}>
                    <span class="code key">{backup.key}</span>
                  </Td>
                  <Td class="at-2">
                    <Word mark="danger" tone="danger">
                      {t('backups.status.missing')}
                    </Word>
                  </Td>
                </Tr>
              )}
            </For>
          </TableBody>
        </Table>
      </div>
    </div>
  );
}
