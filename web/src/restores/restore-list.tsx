// Restores of a deployment (or of all), newest first.
import type { Deployment } from '@holdfast/shared/deployment';
import type { Restore } from '@holdfast/shared/restore';
import { For, Show } from 'solid-js';
import { More } from '../controls/more.tsx';
import { HeadCell, RowHead, Table, TableBody, TableHead, Td, Tr } from '../controls/table.tsx';
import { Word } from '../controls/word.tsx';
import { useApi } from '../data/api-context.tsx';
import { createPages } from '../data/pages.ts';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';
import { Mark, type MarkName, type Tone } from '../marks/mark.tsx';
import { Section } from '../shell/page.tsx';
import { isTakenBack, isUnderWay } from './truth.ts';

const looks: Record<Restore['status'], { mark: MarkName; tone: Tone }> = {
  requested: { mark: 'running', tone: 'running' },
  running: { mark: 'running', tone: 'running' },
  completed: { mark: 'verified', tone: 'safe' },
  failed: { mark: 'danger', tone: 'danger' },
  cancelled: { mark: 'paused', tone: 'off' },
};

/** Mark and hue of a restore. A completed one was read back and compared, so it wears the mark of what is verified. */
export function restoreLook(restore: Pick<Restore, 'status'>): { mark: MarkName; tone: Tone } {
  return looks[restore.status];
}

export function RestoreList(props: { deployment?: Deployment }) {
  const { t } = useI18n();
  const api = useApi();
  const pages = createPages(() => {
    const input = { limit: 10, ...(props.deployment ? { deploymentId: props.deployment.id } : {}) };
    return {
      key: api.restores.list.key(input),
      fetchPage: (cursor: string | undefined) => api.restores.list.fetch({ ...input, ...(cursor ? { cursor } : {}) }),
    };
  });
  return (
    <Section title={t('restores.restores')}>
      <Show when={(pages.items()?.length ?? 0) > 0} fallback={<p class="muted">{t('restores.none')}</p>}>
        <div class="bleed">
          <Table class="table sheet">
            <caption class="visually-hidden">{t('restores.restores')}</caption>
            <TableHead>
              <Tr>
                <HeadCell class="t-mark">
                  <span class="visually-hidden">{t('common.state')}</span>
                </HeadCell>
                <HeadCell>{t('restores.requested')}</HeadCell>
                <HeadCell>{t('common.state')}</HeadCell>
                <HeadCell>{t('restores.into')}</HeadCell>
                <HeadCell>{t('backups.by')}</HeadCell>
                <HeadCell class="num">{t('backups.duration')}</HeadCell>
              </Tr>
            </TableHead>
            <TableBody>
              <For each={pages.items()}>{(restore) => <RestoreRow restore={restore} named={!props.deployment} />}</For>
            </TableBody>
          </Table>
        </div>
      </Show>
      <More pages={pages} />
    </Section>
  );
}

function RestoreRow(props: { restore: Restore; named: boolean }) {
  const { t, f } = useI18n();
  const look = () => restoreLook(props.restore);
  const isBroken = () =>
    (props.restore.status === 'failed' || props.restore.status === 'cancelled') && !isTakenBack(props.restore);
  return (
    <Tr>
      <Td class="t-mark">
        <Mark name={look().mark} tone={look().tone} />
      </Td>
      <RowHead class="t-name at-1">
        <a href={`/restores/${props.restore.id}`}>
          {props.named ? `${props.restore.deploymentName}, ` : ''}
          <time dateTime={props.restore.createdAt}>{f.moment(props.restore.createdAt)}</time>
        </a>
        <span class="sub">{f.relative(props.restore.createdAt, now())}</span>
      </RowHead>
      <Td class="at-2">
        <Word tone={look().tone}>{t(`restores.status.${props.restore.status}`)}</Word>
        <Show when={props.restore.status === 'running' && props.restore.phase}>
          {(phase) => <span class="sub">{t('operation.phase', phase())}</span>}
        </Show>
        <Show when={isBroken()}>
          <span class="sub">{t('restores.liveData', props.restore.liveData)}</span>
        </Show>
        <Show when={!isUnderWay(props.restore) && props.restore.undo}>
          {(undo) => <span class="sub">{t(`undo.list.${undo().state}`)}</span>}
        </Show>
      </Td>
      <Td data-label={t('restores.into')}>
        {props.restore.undoOf ? t('undo.of') : t(`restores.target.${props.restore.target.kind}`)}
        <span class="sub code">{props.restore.databases.join(', ')}</span>
      </Td>
      <Td data-label={t('backups.by')}>{t('actor.name', props.restore.actor)}</Td>
      <Td class="num narrow-hide">
        {props.restore.durationMs === null ? <span class="faint">–</span> : f.duration(props.restore.durationMs)}
      </Td>
    </Tr>
  );
}
