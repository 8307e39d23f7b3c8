import type { ManifestNamespace } from '@holdfast/shared/manifest';
import type { ScannedNamespace } from './scan-namespaces.ts';

/** What the manifest says of a namespace. */
export function manifestNamespaceOf(scanned: ScannedNamespace): ManifestNamespace {
  const { namespace, documents, bytes, fingerprint, crc64 } = scanned;
  const { database, collection, type, metadata } = namespace;
  const { options = {}, indexes = [] } = metadata === '' ? {} : parseMetadata(metadata);
  return { database, collection, type, options, indexes, documents, bytes, fingerprint, crc64 };
}

function parseMetadata(text: string): Partial<Pick<ManifestNamespace, 'options' | 'indexes'>> {
  const { options, indexes } = JSON.parse(text);
  return { options: options ?? {}, indexes: indexes ?? [] };
}
