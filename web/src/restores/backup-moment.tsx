import type { Backup } from '@holdfast/shared/backup';
import { backupLook } from '../deployments/readiness.ts';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';
import { Mark } from '../marks/mark.tsx';

/** When the backup was taken and how old it is: the largest thing in the dialog. */
export function BackupMoment(props: { backup: Backup }) {
  const { t, f } = useI18n();
  const look = () => backupLook(props.backup);
  const proof = () =>
    props.backup.verifiedAt
      ? t('backups.verifiedAt', f.near(props.backup.verifiedAt, now()))
      : t('backups.notVerified');
  return (
    <div class="moment">
      <Mark name={look().mark} tone={look().tone} />
      <b>
        <time dateTime={props.backup.createdAt}>{f.moment(props.backup.createdAt)}</time>{' '}
        {f.zoneName(props.backup.createdAt)}
      </b>
      <strong class="moment-age">{f.relative(props.backup.createdAt, now())}</strong>
      <span>
        {proof()}, {f.zone}
      </span>
    </div>
  );
}
