// Collects what a comparison finds: everything is counted, and enough of each kind is kept to show where the damage is.
import { EJSON } from 'bson';

export type DifferenceKind =
  | 'document-missing'
  | 'document-extra'
  | 'document-differs'
  | 'index-differs'
  | 'options-differ'
  | 'collection-missing'
  | 'collection-extra';

export interface Difference {
  readonly kind: DifferenceKind;
  readonly namespace: string;
  /** Extended JSON of the document's `_id`. */
  readonly id?: string;
  readonly detail: string;
}

/** At most this many differences are kept, and of one kind in one namespace at most `keptOfOneKind`. */
export const keptDifferences = 100;
export const keptOfOneKind = 10;

export interface Differences {
  add(kind: DifferenceKind, namespace: string, detail: string, document?: { readonly id: unknown }): void;
  readonly kept: readonly Difference[];
  readonly total: number;
}

/** An empty collection of differences. */
export function createDifferences(): Differences {
  const kept: Difference[] = [];
  const seen = new Map<string, number>();
  let total = 0;
  return {
    add(kind, namespace, detail, document) {
      total += 1;
      const ofThisKind = (seen.get(`${kind} ${namespace}`) ?? 0) + 1;
      seen.set(`${kind} ${namespace}`, ofThisKind);
      if (kept.length >= keptDifferences || ofThisKind > keptOfOneKind) return;
      kept.push({
        kind,
        namespace,
        ...(document ? { id: EJSON.stringify(document.id, { relaxed: false }) } : {}),
        detail,
      });
    },
    kept,
    get total() {
      return total;
    },
  };
}
