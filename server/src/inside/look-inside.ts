// What is in a completed backup, read out of its archive: its collections, and pages of their documents.
import type { Actor } from '@holdfast/shared/actor';
import type { BackupCollection } from '@holdfast/shared/backup';
import type { CollectionsPage, collectionsInput, DocumentsPage, documentsInput } from '@holdfast/shared/document';
import { AppError } from '@holdfast/shared/errors';
import { OperationFailure } from '@holdfast/shared/failures';
import type { BackupId } from '@holdfast/shared/ids';
import type { ManifestNamespace } from '@holdfast/shared/manifest';
import type { z } from 'zod';
import type { ArchiveCollection } from '../archive/archive-collections.ts';
import type { DocumentFilter } from '../archive/document-filter.ts';
import { openArchive } from '../archive/open-archive.ts';
import { InvalidFilter, parseFilter } from '../archive/parse-filter.ts';
import { readPage } from '../archive/read-page.ts';
import { dataOf } from '../archive/users-and-roles.ts';
import { refuseUnreadable } from '../commands/refuse-unreadable.ts';
import { readableCopy } from '../destinations/readable-copy.ts';
import { type BackupState, requireCompleted } from '../domain/backup.ts';
import type { Services } from '../services.ts';
import type { OpenedArchive } from './opened-archives.ts';
import { requireMayRead } from './require-may-read.ts';

/** Raises BACKUP_NOT_FOUND, BACKUP_NOT_RESTORABLE, ARCHIVE_UNREADABLE. */
export async function listCollections(
  services: Services,
  { id, search, order, cursor, limit }: z.output<typeof collectionsInput>,
): Promise<CollectionsPage> {
  const backup = await completedBackup(services, id);
  const found = await withArchive(services, backup, async ({ collections }) => {
    const wanted = search.toLowerCase();
    const data = dataOf(collections.archive.manifest.namespaces);
    return data.filter((one) => nameOf(one).toLowerCase().includes(wanted));
  });
  const sorted = found.sort((a, b) => (order === 'size' ? b.bytes - a.bytes || byName(a, b) : byName(a, b)));
  const end = cursor + limit;
  return {
    items: sorted.slice(cursor, end).map(summaryOf),
    total: sorted.length,
    nextCursor: end < sorted.length ? end : null,
  };
}

/**
 * A page of a collection's documents; it ends early when it has looked for long, and says where to go on. Raises
 * BACKUP_NOT_FOUND, BACKUP_NOT_RESTORABLE, ARCHIVE_UNREADABLE, COLLECTION_NOT_FOUND, FILTER_INVALID, NOT_ALLOWED.
 */
export async function readDocuments(
  services: Services,
  { id, namespace, filter, cursor, limit, format }: z.output<typeof documentsInput>,
  { actor, signal }: { readonly actor: Actor; readonly signal?: AbortSignal | undefined },
): Promise<DocumentsPage> {
  requireMayRead(actor, namespace);
  const parsed = filter === undefined ? undefined : understoodFilter(filter);
  const backup = await completedBackup(services, id);
  return await withArchive(services, backup, async (opened) => {
    const collection = requireCollection(opened, namespace);
    const request = { from: cursor, limit, format, filter: parsed, maxText, budget, signal };
    const page = await readPage(collection, opened.reader(namespace), request);
    const { documents, next, endedBy } = page;
    return { collection: summaryOf(collection.namespace), documents: [...documents], nextCursor: next, endedBy };
  });
}

/** A page is answered in about this time, however large the collection is. */
const budget = { ms: 1_000, bytes: 1024 * 1024 * 1024 };
const maxText = 4 * 1024 * 1024;

/** Raises BACKUP_NOT_FOUND, BACKUP_NOT_RESTORABLE. */
export async function completedBackup(services: Services, id: BackupId): Promise<BackupState> {
  return requireCompleted((await services.ledger.state(`backup:${id}`)) as BackupState | undefined, id);
}

/** Raises COLLECTION_NOT_FOUND. */
export function requireCollection({ collections }: OpenedArchive, namespace: string): ArchiveCollection {
  const found = collections.find(namespace);
  if (found === undefined) throw new AppError('COLLECTION_NOT_FOUND', { namespace });
  return found;
}

/**
 * Looks into a backup's archive, opened now or before. When the copy that was opened before is out of reach, another look is taken
 * at where the backup lies. Raises ARCHIVE_UNREADABLE.
 */
export async function withArchive<T>(
  services: Services,
  backup: BackupState,
  look: (opened: OpenedArchive) => Promise<T>,
): Promise<T> {
  const { sealed, backupId } = backup;
  if (sealed === null) throw new Error(`backup ${backupId} is completed but was never sealed`);
  const id = `${sealed.key}@${sealed.sha256 ?? sealed.manifestDigest}`;
  let isNew = false;
  const open = async () => {
    isNew = true;
    const { source } = await readableCopy(services, backup);
    return await openArchive(source, { identities: await services.keys.identities() });
  };
  return await refuseUnreadable(sealed.key, async () => {
    try {
      return await look(await services.openedArchives.get(id, open));
    } catch (error) {
      if (!(error instanceof OperationFailure)) throw error;
      services.openedArchives.forget(id);
      if (isNew || error.reason === 'archive-damaged') throw error;
      return await look(await services.openedArchives.get(id, open));
    }
  });
}

function understoodFilter(text: string): DocumentFilter {
  try {
    return parseFilter(text);
  } catch (error) {
    if (error instanceof InvalidFilter) throw new AppError('FILTER_INVALID', error.problem);
    throw error;
  }
}

function nameOf({ database, collection }: ManifestNamespace): string {
  return `${database}.${collection}`;
}

function byName(a: ManifestNamespace, b: ManifestNamespace): number {
  return nameOf(a) < nameOf(b) ? -1 : 1;
}

function summaryOf({ database, collection, type, documents, bytes, indexes }: ManifestNamespace): BackupCollection {
  return { database, collection, type, documents, bytes, indexes: indexes.length };
}
