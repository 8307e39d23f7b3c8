// Shown while the archive of a backup is read again, by whomever it was asked for.
import type { Backup } from '@holdfast/shared/backup';
import { useQuery } from '@tanstack/solid-query';
import { Show } from 'solid-js';
import { ProgressBar } from '../controls/progress-bar.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';

/** Readings are no events: they are asked for while somebody looks. */
const askEveryMs = 2_000;

export function VerificationProgress(props: { backup: Backup }) {
  const { t } = useI18n();
  const api = useApi();
  const state = useQuery(() => ({ ...api.verification.state.query(), refetchInterval: askEveryMs }));
  const running = () => state.data?.running.find(({ backupId }) => backupId === props.backup.id);
  const share = () => {
    const { bytes = 0, totalBytes = 0 } = running() ?? {};
    return totalBytes === 0 ? null : Math.min(1, bytes / totalBytes);
  };
  return (
    <Show when={running()}>
      {(reading) => (
        <div class="verifying">
          <ProgressBar share={share()} label={t('backups.isVerified')} />
          <span class="muted">
            {t('backups.isVerifiedText', reading().cause, reading().bytes, reading().totalBytes)}
          </span>
        </div>
      )}
    </Show>
  );
}
