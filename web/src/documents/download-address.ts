import type { CollectionFormat } from '@holdfast/shared/document';

/** The whole archive of a backup. */
export function archiveDownload(id: string): string {
  return `/downloads/${encodeURIComponent(id)}`;
}

/** One collection of a backup as a file. */
export function collectionDownload(id: string, namespace: string, format: CollectionFormat): string {
  return `${archiveDownload(id)}/collection?${new URLSearchParams({ namespace, format })}`;
}

/** The page that shows the collection's documents. */
export function collectionPage(id: string, namespace: string): string {
  return `/backups/${id}/collections/${encodeURIComponent(namespace)}`;
}
