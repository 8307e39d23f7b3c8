// The difference of a backup and a deployment, namespace by namespace. Pure.
import type { ManifestNamespace } from '@holdfast/shared/manifest';
import type { RestoreOptions } from '@holdfast/shared/restore';
import type { PlanDrift, PlanMethod, PlanNamespace } from '@holdfast/shared/restore-plan';
import { shapeDifferences } from '../../domain/collection-shape.ts';
import { baseOf, type PlacedNamespace, type RestoreScope, wayOf } from '../../domain/restore-scope.ts';
import type { CollectionSize } from '../../engine/collection-sizes.ts';
import { type LiveNamespace, type LiveNamespaces, nameOf } from './look-at-live.ts';

export interface Compared {
  readonly scope: RestoreScope;
  readonly options: Pick<RestoreOptions, 'mode' | 'ttlIndexes'>;
  readonly live: LiveNamespaces;
  readonly sizes: ReadonlyMap<string, CollectionSize>;
}

/** What is written comes first; then what is dropped; then what stays as it is; each by name. */
export function differenceOf(compared: Compared): PlanNamespace[] {
  const { scope, live } = compared;
  const placed = scope.placed.map((one) => placedNamespace(one, compared)).sort(byTarget);
  const concerned = new Set(scope.placed.map(nameOf));
  const others = [...live.values()].filter((one) => !concerned.has(nameOf(one)));
  const isWritten = ({ action }: PlanNamespace) => action !== 'untouched';
  const untouched = others.filter((one) => !scope.drops(one)).map((one) => otherNamespace(one, compared, 'untouched'));
  return [
    ...placed.filter(isWritten),
    ...others.filter(scope.drops).map((one) => otherNamespace(one, compared, 'dropped')),
    ...[...placed.filter((one) => !isWritten(one)), ...untouched].sort(byTarget),
  ];
}

function byTarget(a: PlanNamespace, b: PlanNamespace): number {
  return a.target < b.target ? -1 : 1;
}

function placedNamespace(placed: PlacedNamespace, compared: Compared): PlanNamespace {
  const { namespace } = placed;
  const name = nameOf(placed);
  const now = compared.live.get(name);
  const { action, method } = wayOf(compared.options.mode, placed, now);
  const isView = namespace.type === 'view';
  const stays = action === 'untouched' ? now : undefined;
  return {
    source: nameOf(namespace),
    target: name,
    type: stays?.type ?? namespace.type,
    action,
    method,
    documentsInBackup: isView ? null : namespace.documents,
    bytesInBackup: isView ? null : namespace.bytes,
    ...sizeNow(now, compared),
    drift: driftOf(now, asRestored(namespace, compared.options)),
    viewOn: baseOf(stays ?? namespace),
    difference: null,
    expired: null,
  };
}

function otherNamespace(one: LiveNamespace, compared: Compared, action: 'dropped' | 'untouched'): PlanNamespace {
  return {
    source: null,
    target: nameOf(one),
    type: one.type,
    action,
    method: action === 'dropped' ? removalOf(one) : null,
    documentsInBackup: null,
    bytesInBackup: null,
    ...sizeNow(one, compared),
    ...{ drift: [], viewOn: baseOf(one), difference: null, expired: null },
  };
}

/** How it goes: moved away, or, where no rename can do it, removed. */
function removalOf({ type, collection }: LiveNamespace): PlanMethod {
  if (type === 'view') return 'define';
  return type === 'timeseries' || collection.startsWith('system.') ? 'rewrite' : 'rename';
}

function sizeNow(
  now: LiveNamespace | undefined,
  { sizes }: Compared,
): Pick<PlanNamespace, 'documentsNow' | 'bytesNow'> {
  const size = now === undefined || now.type === 'view' ? undefined : sizes.get(nameOf(now));
  return { documentsNow: size?.documents ?? null, bytesNow: size?.bytes ?? null };
}

function driftOf(now: LiveNamespace | undefined, restored: ManifestNamespace): PlanDrift[] {
  if (!now?.shape) return [];
  const own = serversOwnIndex(now);
  return shapeDifferences(now.shape, restored).filter(({ what, name, change }) => {
    return what !== 'index' || change !== 'removed' || name !== own;
  });
}

/** Servers from 6.3 on give every time-series an index by themselves; null for anything else. */
function serversOwnIndex({ type, options }: LiveNamespace): string | null {
  if (type !== 'timeseries') return null;
  const { timeField, metaField } = (options.timeseries ?? {}) as Readonly<Record<string, unknown>>;
  return metaField === undefined ? null : `${metaField}_1_${timeField}_1`;
}

/** Without TTL indexes nothing of it expires. */
function asRestored(namespace: ManifestNamespace, { ttlIndexes }: Compared['options']): ManifestNamespace {
  if (ttlIndexes === 'build') return namespace;
  const { expireAfterSeconds: _, ...options } = namespace.options;
  const indexes = namespace.indexes.map(({ expireAfterSeconds: __, ...index }) => index);
  return { ...namespace, options, indexes };
}
