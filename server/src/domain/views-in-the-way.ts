// Views that stay where they are and read one that a restore defines: the server lets a view read another of its own collation only. Pure.
import { type CollectionShape, shapeDifferences } from './collection-shape.ts';
import { baseOf, type LiveNamespace, type RestoreScope, wayOf } from './restore-scope.ts';

/** A live namespace, and of a view what it is, in extended JSON. */
export interface ShapedNamespace extends LiveNamespace {
  readonly shape: CollectionShape | null;
}

/**
 * By live name, those because of which the server would not take a view of the backup once the live one of that name is dropped, as
 * that is of another collation.
 */
export function viewsInTheWay(scope: RestoreScope, live: ReadonlyMap<string, ShapedNamespace>): string[] {
  const taken = scope.placed.filter((one) => wayOf(scope.mode, one, live.get(nameOf(one))).action !== 'untouched');
  const coming = new Map(taken.map((one) => [nameOf(one), one.namespace]));
  const staying = [...live.values()].filter((one) => !coming.has(nameOf(one)) && !scope.drops(one));
  const inTheWay = staying.filter((one) => {
    const read = coming.get(`${one.database}.${baseOf(one)}`);
    return read?.type === 'view' && one.shape !== null && !hasSameCollation(read, one.shape);
  });
  return inTheWay.map(nameOf).sort();
}

function hasSameCollation(a: CollectionShape, b: CollectionShape): boolean {
  return shapeDifferences(collationOf(a), collationOf(b)).length === 0;
}

/** All else aside. */
function collationOf({ options: { collation } }: CollectionShape): CollectionShape {
  return { type: 'view', options: collation === undefined ? {} : { collation }, indexes: [] };
}

function nameOf({ database, collection }: { readonly database: string; readonly collection: string }): string {
  return `${database}.${collection}`;
}
