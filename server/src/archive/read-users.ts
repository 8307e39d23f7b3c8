import { OperationFailure } from '@holdfast/shared/failures';
import type { ManifestNamespace } from '@holdfast/shared/manifest';
import { createDocumentHasher, FingerprintSum } from './fingerprint.ts';
import type { OpenArchive } from './open-archive.ts';
import { ArchiveParser } from './parse-archive.ts';
import { holdsUsersAndRoles } from './users-and-roles.ts';

/** The documents of an archive's users and roles, as they were dumped. */
export interface DumpedUsers {
  readonly users: readonly Buffer[];
  readonly roles: readonly Buffer[];
}

/**
 * Reads only their frames, and compares what is in them with the manifest; empty where the archive holds none. Throws
 * OperationFailure('archive-damaged').
 */
export async function readUsers(archive: OpenArchive): Promise<DumpedUsers> {
  const held = archive.manifest.namespaces.filter(({ database, collection }) =>
    holdsUsersAndRoles(database, collection),
  );
  if (held.length === 0) return { users: [], roles: [] };
  const found = await piecesOf(archive, held.map(nameOf));
  const hasher = await createDocumentHasher();
  const documentsOf = (kind: string) =>
    held
      .filter(({ collection }) => collection.endsWith(kind))
      .flatMap((namespace) => {
        const documents = [...documentsIn(Buffer.concat(found.get(nameOf(namespace)) ?? []))];
        const sum = new FingerprintSum();
        for (const document of documents) hasher.add(document, sum);
        if (documents.length !== namespace.documents || sum.hex() !== namespace.fingerprint) throw damaged(namespace);
        return documents;
      });
  return { users: documentsOf('system.users'), roles: documentsOf('system.roles') };
}

async function piecesOf(archive: OpenArchive, names: readonly string[]): Promise<ReadonlyMap<string, Buffer[]>> {
  const found = new Map<string, Buffer[]>(names.map((name) => [name, []]));
  const parser = new ArchiveParser();
  let current: Buffer[] = [];
  for await (const chunk of archive.dumpStream({ namespaces: new Set(names) })) {
    for (const part of parser.push(chunk)) {
      if (part.kind === 'block') current = found.get(nameOf(part.header)) ?? [];
      if (part.kind === 'documents') current.push(part.bytes);
    }
  }
  parser.end();
  return found;
}

function* documentsIn(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const end = at + bytes.readInt32LE(at);
    yield bytes.subarray(at, end);
    at = end;
  }
}

function nameOf({ database, collection }: Pick<ManifestNamespace, 'database' | 'collection'>): string {
  return `${database}.${collection}`;
}

function damaged(namespace: ManifestNamespace): OperationFailure {
  const message = `The archive is damaged: ${nameOf(namespace)} is not what its manifest says.`;
  return new OperationFailure('archive-damaged', message);
}
