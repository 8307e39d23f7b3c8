import type { HoldfastClient } from '@holdfast/client';
import type { BackupCollection } from '@holdfast/shared/backup';
import type { BackupId } from '@holdfast/shared/ids';

/** Every collection of a backup whose name contains `search`, by name, however many there are. */
export async function allCollections(client: HoldfastClient, id: BackupId, search = ''): Promise<BackupCollection[]> {
  const found: BackupCollection[] = [];
  for (let cursor: number | null = 0; cursor !== null; ) {
    const page: { items: BackupCollection[]; nextCursor: number | null } = await client.backups.collections.query({
      ...{ id, search, cursor },
      limit: 1_000,
    });
    found.push(...page.items);
    cursor = page.nextCursor;
  }
  return found;
}
