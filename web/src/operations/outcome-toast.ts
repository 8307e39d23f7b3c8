// The toast for how an operation ended.
import type { Backup } from '@holdfast/shared/backup';
import type { Restore } from '@holdfast/shared/restore';
import { isUnrestorable } from '../backups/proof.ts';
import type { Toast } from '../controls/toasts.tsx';
import type { Formats } from '../i18n/formats.ts';
import type { I18n } from '../i18n/i18n-context.tsx';

/** Null while the backup has not ended. */
export function backupToast(t: I18n['t'], f: Formats, backup: Backup): Toast | null {
  const link = { href: `/backups/${backup.id}`, label: t('backups.open') };
  if (backup.status === 'completed') {
    const text = t(
      'backups.toastDoneText',
      backup.documents ?? 0,
      backup.sizeBytes ?? 0,
      f.duration(backup.durationMs ?? 0),
    );
    return { mark: 'written', tone: 'safe', title: t('backups.toastDone', backup.deploymentName), text, link };
  }
  if (backup.status === 'failed') {
    const text = backup.error ? t('failures.reason', backup.error.reason) : '';
    return { mark: 'danger', tone: 'danger', title: t('backups.toastFailed', backup.deploymentName), text, link };
  }
  if (backup.status === 'cancelled')
    return { mark: 'paused', title: t('backups.toastCancelled', backup.deploymentName) };
  return null;
}

/** Null while no test has ended. */
export function restoreTestToast(t: I18n['t'], { id, deploymentName, restoreTest }: Backup): Toast | null {
  const link = { href: `/backups/${id}`, label: t('backups.open') };
  switch (restoreTest?.state) {
    case 'passed': {
      const text = t('restoreTests.about', restoreTest.restoreMs ?? 0);
      return { mark: 'tested', tone: 'safe', title: t('restoreTests.toastPassed', deploymentName), text, link };
    }
    case 'failed': {
      const text = restoreTest.error ? t('failures.reason', restoreTest.error.reason) : '';
      if (isUnrestorable(restoreTest))
        return { mark: 'danger', tone: 'danger', title: t('restoreTests.toastFailed', deploymentName), text, link };
      const title = t('restoreTests.toastNotMade', deploymentName);
      return { mark: 'attention', tone: 'attention', title, text, link };
    }
    case 'skipped': {
      const text = t('restoreTests.skipped', restoreTest.skipped ?? 'interrupted');
      return {
        mark: 'attention',
        tone: 'attention',
        title: t('restoreTests.toastSkipped', deploymentName),
        text,
        link,
      };
    }
    default:
      return null;
  }
}

/** Null while the restore has not ended. For a copy it names the databases that hold the data now. */
export function restoreToast(t: I18n['t'], f: Formats, restore: Restore): Toast | null {
  const link = { href: `/restores/${restore.id}`, label: t('restores.open') };
  if (restore.status === 'completed') {
    const title = t(restore.undoOf ? 'restores.toastUndone' : 'restores.toastDone', restore.deploymentName);
    return { mark: 'verified', tone: 'safe', title, text: completedText(t, f, restore), link };
  }
  if (restore.status === 'failed') {
    const text = t('restores.liveData', restore.liveData);
    return { mark: 'danger', tone: 'danger', title: t('restores.toastFailed', restore.deploymentName), text, link };
  }
  if (restore.status !== 'cancelled') return null;
  return {
    mark: 'paused',
    title: t('restores.toastCancelled', restore.deploymentName),
    text: t('restores.liveData', restore.liveData),
  };
}

function completedText(t: I18n['t'], f: Formats, restore: Restore): string {
  if (restore.target.kind === 'copy') return t('restores.toastCopy', restore.databases);
  if (restore.merged) return t('restores.toastMerged', restore.merged.inserted);
  const until = restore.undo?.state === 'kept' ? f.near(restore.undo.until, Date.now()) : null;
  return t('restores.toastOriginal', restore.databases, until);
}
