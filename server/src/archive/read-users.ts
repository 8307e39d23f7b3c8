import type { OpenArchive } from './open-archive.ts';
import { ArchiveParser } from './parse-archive.ts';
import { holdsUsersAndRoles } from './users-and-roles.ts';

/** The documents of an archive's users and roles, as they were dumped. */
export interface DumpedUsers {
  readonly users: readonly Buffer[];
  readonly roles: readonly Buffer[];
}

/** Reads only their frames; empty where the archive holds none. Throws OperationFailure('archive-damaged'). */
export async function readUsers(archive: OpenArchive): Promise<DumpedUsers> {
  const held = archive.manifest.namespaces
    .filter(({ database, collection }) => holdsUsersAndRoles(database, collection))
    .map(({ database, collection }) => `${database}.${collection}`);
  if (held.length === 0) return { users: [], roles: [] };
  const found = new Map<string, Buffer[]>(held.map((name) => [name, []]));
  const parser = new ArchiveParser();
  let current: Buffer[] = [];
  for await (const chunk of archive.dumpStream({ namespaces: new Set(held) })) {
    for (const part of parser.push(chunk)) {
      if (part.kind === 'block') current = found.get(`${part.header.database}.${part.header.collection}`) ?? [];
      if (part.kind === 'documents') current.push(part.bytes);
    }
  }
  parser.end();
  const of = (suffix: string) =>
    held
      .filter((name) => name.endsWith(suffix))
      .flatMap((name) => [...documentsIn(Buffer.concat(found.get(name) ?? []))]);
  return { users: of('system.users'), roles: of('system.roles') };
}

function* documentsIn(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const end = at + bytes.readInt32LE(at);
    yield bytes.subarray(at, end);
    at = end;
  }
}
