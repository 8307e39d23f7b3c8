import type { HoldfastClient } from '@holdfast/client';
import { AppError } from '@holdfast/shared/errors';
import type { RestoreId } from '@holdfast/shared/ids';
import type { Restore } from '@holdfast/shared/restore';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import { isWholeId } from './short-ids.ts';

const fewest = 6;

/** The restore of an id or of the beginning of one. Throws RESTORE_NOT_FOUND, or a CliError `AMBIGUOUS_ID`. */
export async function findRestore(client: HoldfastClient, idOrPrefix: string): Promise<Restore> {
  const prefix = idOrPrefix.toLowerCase();
  if (isWholeId(prefix)) return client.restores.byId.query({ id: prefix as RestoreId });
  const isPrefix = /^[0-9a-f-]+$/.test(prefix) && prefix.length >= fewest;
  const found = isPrefix ? await withPrefix(client, prefix) : [];
  const [only, ...others] = found;
  if (only === undefined) throw new AppError('RESTORE_NOT_FOUND', { id: idOrPrefix });
  if (others.length === 0) return only;
  throw new CliError(exitCodes.usage, {
    code: 'AMBIGUOUS_ID',
    message: `${found.length} restores begin with ${idOrPrefix}: ${found.map(({ id }) => id).join(', ')}.`,
    hint: 'Give more of the id.',
    details: { ids: found.map(({ id }) => id) },
  });
}

/** Ids sort by time, so the list ends at the first page that has gone past the prefix. */
async function withPrefix(client: HoldfastClient, prefix: string): Promise<Restore[]> {
  const found: Restore[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await client.restores.list.query({ limit: 200, ...(cursor === undefined ? {} : { cursor }) });
    found.push(...page.items.filter(({ id }) => id.startsWith(prefix)));
    if (page.nextCursor === null || page.nextCursor.slice(0, prefix.length) < prefix) return found;
    cursor = page.nextCursor;
  }
}
