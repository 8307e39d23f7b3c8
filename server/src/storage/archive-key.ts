/**
 * The key of a backup's archive: `<deployment>/<year>/<month>/<time>-<id>.zip`, in UTC, so that a plain listing is in order and
 * says whose and when each file is.
 */
export function archiveKey(backup: {
  readonly deploymentName: string;
  readonly at: string;
  readonly backupId: string;
}): string {
  const { deploymentName, at, backupId } = backup;
  const [year, month] = at.split('-');
  const time = `${at.slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  return `${deploymentName}/${year}/${month}/${time}-${backupId}.zip`;
}
