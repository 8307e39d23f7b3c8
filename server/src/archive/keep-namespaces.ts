import { blockCollection } from './archive-prelude.ts';
import type { ArchivePart } from './parse-archive.ts';

/** Decides by the names that people know: a time-series is asked for by its own name, never as `system.buckets.<name>`. */
export type NamespacePredicate = (database: string, collection: string) => boolean;

/**
 * Leaves namespaces out of a stream of parts, in the prelude as in the blocks: a prelude that lists what never comes makes
 * mongorestore fail. Returns a function that is given every part, in order, and answers whether it is kept and how.
 */
export function keepNamespaces(keep: NamespacePredicate): (part: ArchivePart) => ArchivePart | undefined {
  const dropped = new Set<string>();
  let isDropping = false;
  return (part) => {
    if (part.kind === 'prelude') {
      const namespaces = part.prelude.namespaces.filter((namespace) => {
        const kept = keep(namespace.database, namespace.collection);
        if (!kept) dropped.add(`${namespace.database}.${blockCollection(namespace)}`);
        return kept;
      });
      return { kind: 'prelude', prelude: { header: part.prelude.header, namespaces } };
    }
    if (part.kind === 'block') isDropping = dropped.has(`${part.header.database}.${part.header.collection}`);
    return isDropping ? undefined : part;
  };
}
