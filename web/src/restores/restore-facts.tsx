import type { Restore } from '@holdfast/shared/restore';
import { Show } from 'solid-js';
import { HashChip } from '../controls/hash-chip.tsx';
import { MomentText } from '../controls/time-text.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';

/** Where the data went, how much of it, when and by whom. */
export function RestoreFacts(props: { restore: Restore }) {
  const { t, f } = useI18n();
  return (
    <section>
      <h2>{t('backups.facts')}</h2>
      <dl class="facts">
        <dt>{t('restores.into')}</dt>
        <dd>{t(`restores.target.${props.restore.target.kind}`)}</dd>
        <Show when={props.restore.databases.length > 0}>
          <dt>{t('restores.databases', props.restore.databases.length)}</dt>
          <dd class="code">{props.restore.databases.join(', ')}</dd>
        </Show>
        <Show when={props.restore.documents !== null}>
          <dt>{t('backups.documents')}</dt>
          <dd>{t('backups.countsText', props.restore.documents ?? 0, props.restore.collections ?? 0)}</dd>
        </Show>
        <dt>{t('restores.requested')}</dt>
        <dd>
          <MomentText at={props.restore.createdAt} />
        </dd>
        <Show when={props.restore.completedAt}>
          {(at) => (
            <>
              <dt>{t('backups.endedAt')}</dt>
              <dd>
                <MomentText at={at()} plain />
              </dd>
            </>
          )}
        </Show>
        <Show when={props.restore.durationMs !== null}>
          <dt>{t('backups.duration')}</dt>
          <dd>{f.duration(props.restore.durationMs ?? 0)}</dd>
        </Show>
        <dt>{t('backups.by')}</dt>
        <dd>{t('actor.name', props.restore.actor)}</dd>
        <Show when={props.restore.safetyBackupId}>
          {(id) => (
            <>
              <dt>{t('restores.safetyBackup')}</dt>
              <dd>
                <a href={`/backups/${id()}`}>{t('backups.open')}</a>
              </dd>
            </>
          )}
        </Show>
        <Show when={props.restore.target.kind === 'original' && props.restore.undoOf === null}>
          <dt>{t('restorePlan.mode')}</dt>
          <dd>{t(`restorePlan.modeName.${props.restore.options.mode}`)}</dd>
        </Show>
        <dt>{t('restores.fromBackup')}</dt>
        <dd>
          <a href={`/backups/${props.restore.backupId}`}>{t('backups.open')}</a>
        </dd>
        <dt>{t('backups.id')}</dt>
        <dd>
          <HashChip value={props.restore.id} />
        </dd>
      </dl>
    </section>
  );
}
