import type { HoldfastClient } from '@holdfast/client';
import type { Backup } from '@holdfast/shared/backup';
import { AppError } from '@holdfast/shared/errors';
import type { BackupId } from '@holdfast/shared/ids';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import { isWholeId } from './short-ids.ts';

const fewest = 6;

/** The backup of an id or of the beginning of one. Throws BACKUP_NOT_FOUND, or a CliError `AMBIGUOUS_ID`. */
export async function findBackup(client: HoldfastClient, idOrPrefix: string): Promise<Backup> {
  const prefix = idOrPrefix.toLowerCase();
  if (isWholeId(prefix)) return client.backups.byId.query({ id: prefix as BackupId });
  const isPrefix = /^[0-9a-f-]+$/.test(prefix) && prefix.length >= fewest;
  const found = isPrefix ? await withPrefix(client, prefix) : [];
  const [only, ...others] = found;
  if (only === undefined) throw new AppError('BACKUP_NOT_FOUND', { id: idOrPrefix });
  if (others.length === 0) return only;
  throw new CliError(exitCodes.usage, {
    code: 'AMBIGUOUS_ID',
    message: `${found.length} backups begin with ${idOrPrefix}: ${found.map(({ id }) => id).join(', ')}.`,
    hint: 'Give more of the id.',
    details: { ids: found.map(({ id }) => id) },
  });
}

/** Ids sort by time, so the list ends at the first page that has gone past the prefix. */
async function withPrefix(client: HoldfastClient, prefix: string): Promise<Backup[]> {
  const found: Backup[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await client.backups.list.query({ limit: 200, ...(cursor === undefined ? {} : { cursor }) });
    found.push(...page.items.filter(({ id }) => id.startsWith(prefix)));
    if (page.nextCursor === null || page.nextCursor.slice(0, prefix.length) < prefix) return found;
    cursor = page.nextCursor;
  }
}
