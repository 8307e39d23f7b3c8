import type { Manifest, ManifestNamespace } from '@holdfast/shared/manifest';
import type { RestoreMode } from '@holdfast/shared/restore';
import { describe, expect, it } from 'vitest';
import { type LiveNamespace, type RestoreScopeInput, restoreScope, viewsWithoutBase, wayOf } from './restore-scope.ts';
import { refusal } from './testing.ts';

const namespaces = [
  namespace('shop', 'orders'),
  namespace('shop', 'openOrders', { type: 'view', options: { viewOn: 'orders', pipeline: [] } }),
  namespace('shop', 'openByCountry', { type: 'view', options: { viewOn: 'openOrders', pipeline: [] } }),
  namespace('shop', 'readings', { type: 'timeseries' }),
  namespace('shop', 'dotted.name'),
  namespace('crm', 'people'),
];
const inPlace = { kind: 'original' } as const;
const copy = { kind: 'copy', suffix: '_copy' } as const;

const safety = {
  restoreId: '01970000-0000-7000-8000-000000000005',
  kind: 'needed' as const,
  ...{ added: { users: [], roles: [] }, replaced: { users: [], roles: [] } },
};

describe('where a restore puts each namespace', () => {
  it('keeps the names in place', () => {
    expect(namesOf({})).toStrictEqual(namespaces.map(({ database, collection }) => `${database}.${collection}`));
  });
  it('refuses a copy whose names would be too long, unless these are left out', () => {
    const all = [...namespaces, namespace('shop', 'n'.repeat(249))];
    const manifest = manifestOf(all);
    expect(refusal(() => scopeOf({ manifest, target: copy }))).toBe('TARGET_NAME_INVALID');
    expect(scopeOf({ manifest, target: copy, options: chosen(['crm']) }).placed).toHaveLength(1);
    expect(scopeOf({ manifest }).placed).toHaveLength(all.length);
  });
  it('takes a copy into databases of other names', () => {
    const target = { kind: 'copy', prefix: 'old_', suffix: '_2025' } as const;
    expect(namesOf({ target, options: chosen(['crm']) })).toStrictEqual(['old_crm_2025.people']);
  });
  it.each([
    [['shop.orders'], ['shop.orders']],
    [['shop.dotted.name'], ['shop.dotted.name']],
    [
      ['crm', 'shop.readings'],
      ['shop.readings', 'crm.people'],
    ],
    [['crm', 'crm.people', 'crm'], ['crm.people']],
  ])('of %j restores %j', (choice, expected) => {
    expect(namesOf({ options: chosen(choice) })).toStrictEqual(expected);
  });
  it.each(['ghost', 'shop.ghost', 'shop.', 'orders', 'shop.system.buckets.readings'])(
    'refuses the choice %j',
    (name) => {
      expect(refusal(() => scopeOf({ options: chosen(['crm', name]) }))).toBe('COLLECTION_NOT_FOUND');
    },
  );
});

describe('what is never restored', () => {
  const isProtected = (database: string) => database === 'crm' || database === 'old_crm';

  it('is left out, and named', () => {
    const { placed, leftOut } = scopeOf({ isProtected });
    expect(placed.map(({ database }) => database)).not.toContain('crm');
    expect(leftOut).toStrictEqual(['crm.people']);
  });
  it('goes by the name that it would have in the deployment written to', () => {
    expect(scopeOf({ isProtected, target: copy }).leftOut).toStrictEqual([]);
    const target = { kind: 'copy', prefix: 'old_' } as const;
    expect(scopeOf({ isProtected, target }).leftOut).toStrictEqual(['crm.people']);
  });
  it('includes what a prefix or a suffix would turn into the server’s own', () => {
    const manifest = manifestOf([namespace('ad', 'system.users'), namespace('crm', 'people')]);
    const { leftOut } = scopeOf({ manifest, target: { kind: 'copy', suffix: 'min' } });
    expect(leftOut).toStrictEqual(['ad.system.users']);
  });
  it('is refused when it is asked for by name', () => {
    expect(refusal(() => scopeOf({ isProtected, options: chosen(['shop', 'crm.people']) }))).toBe(
      'NAMESPACE_PROTECTED',
    );
  });
  it('does not refuse the database in which a shadow lies', () => {
    const shadow = namespace('crm', `hf_${'0'.repeat(32)}_1`);
    const manifest = manifestOf([...namespaces, shadow]);
    const scope = scopeOf({ manifest, options: chosen(['crm']) });
    expect([scope.placed.length, scope.leftOut.length]).toStrictEqual([1, 1]);
  });
});

describe('exact', () => {
  const exact = (change: Partial<RestoreScopeInput> = {}, choice?: string[]) =>
    scopeOf({ ...change, options: { mode: 'exact', ...(choice ? { namespaces: choice } : {}) } });
  const droppedBy = (scope: ReturnType<typeof exact>) =>
    ['shop.orders', 'shop.extra', 'crm.extra', 'other.extra', 'admin.extra', 'local.extra', 'ledger.events']
      .map((name) => ({ database: name.slice(0, name.indexOf('.')), collection: name.slice(name.indexOf('.') + 1) }))
      .filter(scope.drops)
      .map(({ database, collection }) => `${database}.${collection}`);
  const isProtected = (database: string) => database === 'ledger';

  it('of a whole deployment drops whatever the backup lacks, but nothing of the server or the ledger', () => {
    expect(droppedBy(exact({ isProtected }))).toStrictEqual(['shop.extra', 'crm.extra', 'other.extra']);
    expect(exact().databases).toBeNull();
  });
  it('of one database stays within it, also when the backup holds nothing', () => {
    const manifest = { ...manifestOf([]), database: 'shop' };
    expect(droppedBy(exact({ manifest }))).toStrictEqual(['shop.orders', 'shop.extra']);
  });
  it('of chosen databases stays within those', () => {
    expect(droppedBy(exact({}, ['crm']))).toStrictEqual(['crm.extra']);
  });
  it('stays within the database that the deployment is limited to', () => {
    expect(droppedBy(exact({ limitedTo: 'crm' }))).toStrictEqual(['crm.extra']);
    expect(droppedBy(exact({ limitedTo: 'crm' }, ['shop']))).toStrictEqual([]);
    // Whatever else is written to is looked at.
    expect(exact({ limitedTo: 'crm' }).databases).toStrictEqual(['crm', 'shop']);
    expect(exact({ limitedTo: 'crm' }, ['shop']).databases).toStrictEqual(['shop']);
  });
  it('of an imported dump stays within what it holds: nobody knows what it was taken of', () => {
    expect(droppedBy(exact({ manifest: { ...manifestOf(namespaces), ...importedAs('archive') } }))).toStrictEqual([
      'shop.extra',
      'crm.extra',
    ]);
  });
  it('never drops a shadow, or what an earlier restore keeps', () => {
    expect(exact().drops({ database: 'shop', collection: `hf_${'0'.repeat(32)}_1` })).toBe(false);
  });
  it.each([
    ['into a copy', { target: copy }, undefined],
    ['of single collections', {}, ['crm', 'shop.orders']],
    ['of one imported collection', { manifest: { ...manifestOf(namespaces), ...importedAs('bson') } }, undefined],
    ['of a safety backup', { manifest: { ...manifestOf(namespaces), safety } }, undefined],
  ] as const)('is refused %s', (_, change, choice) => {
    expect(refusal(() => exact(change, choice && [...choice]))).toBe('RESTORE_OPTIONS_INVALID');
  });
  it('is the only mode that drops', () => {
    expect([...droppedBy(scopeOf({})), ...droppedBy(scopeOf({ options: { mode: 'merge' } }))]).toStrictEqual([]);
  });
});

it('refuses to merge into a copy', () => {
  expect(refusal(() => scopeOf({ target: copy, options: { mode: 'merge' } }))).toBe('RESTORE_OPTIONS_INVALID');
});

describe('how a namespace comes to its place', () => {
  const kinds = {
    collection: namespace('shop', 'a'),
    systemJs: namespace('shop', 'system.js'),
    view: namespace('shop', 'a', { type: 'view' }),
    timeseries: namespace('shop', 'a', { type: 'timeseries' }),
  };
  const live = (type: LiveNamespace['type'], options = {}): LiveNamespace => ({
    ...{ database: 'shop', collection: 'a' },
    ...{ type, options },
  });
  const way = (mode: RestoreMode, kind: keyof typeof kinds, there?: LiveNamespace) => {
    const { action, method } = wayOf(mode, { namespace: kinds[kind], database: 'shop', collection: 'a' }, there);
    return `${action} ${method}`;
  };

  it.each(['replace', 'merge', 'exact'] as const)('%s adds what is not there', (mode) => {
    const all = Object.keys(kinds).map((kind) => way(mode, kind as keyof typeof kinds));
    expect(all).toStrictEqual(['added rename', 'added rewrite', 'added define', 'added rewrite']);
  });
  it.each(['replace', 'exact'] as const)('%s replaces what is there, of whatever type', (mode) => {
    expect(way(mode, 'collection', live('collection'))).toBe('replaced rename');
    expect(way(mode, 'collection', live('view'))).toBe('replaced rewrite');
    expect(way(mode, 'collection', live('timeseries'))).toBe('replaced rewrite');
    expect(way(mode, 'timeseries', live('collection'))).toBe('replaced rewrite');
    expect(way(mode, 'view', live('view'))).toBe('replaced define');
  });
  it.each([
    ['collection', live('collection'), 'merged insert'],
    ['systemJs', live('collection'), 'merged insert'],
    ['collection', live('collection', { capped: true }), 'untouched null'],
    ['collection', live('view'), 'untouched null'],
    ['collection', live('timeseries'), 'untouched null'],
    ['timeseries', live('timeseries'), 'untouched null'],
    ['view', live('view'), 'untouched null'],
  ] as const)('merge of a %s into %j: %s', (kind, there, expected) => {
    expect(way('merge', kind, there)).toBe(expected);
  });
});

describe('a view without what it reads', () => {
  const isLive = (database: string, collection: string) => database === 'shop' && collection === 'orders';
  const missing = (options: RestoreScopeInput['options'], target: RestoreScopeInput['target'] = inPlace) =>
    viewsWithoutBase(scopeOf({ options, target }), isLive).map(({ collection }) => collection);

  it('is none where all is restored', () => {
    expect(missing({ mode: 'replace' }, copy)).toStrictEqual([]);
  });
  it('is told when its base is neither chosen nor there', () => {
    expect(missing(chosen(['shop.openOrders', 'shop.openByCountry']))).toStrictEqual([]);
    expect(missing(chosen(['shop.openByCountry']))).toStrictEqual(['openByCountry']);
    expect(missing(chosen(['shop.openOrders']), copy)).toStrictEqual(['openOrders']);
  });
  it('is told when its base is there and goes', () => {
    const manifest = manifestOf(namespaces.filter(({ collection }) => collection !== 'orders'));
    const scope = scopeOf({ manifest, options: { mode: 'exact' } });
    expect(viewsWithoutBase(scope, isLive).map(({ collection }) => collection)).toStrictEqual(['openOrders']);
  });
});

function scopeOf(change: Partial<RestoreScopeInput>) {
  const base = { target: inPlace, options: { mode: 'replace' }, limitedTo: null, isProtected: () => false } as const;
  return restoreScope({ ...base, manifest: manifestOf(namespaces), ...change });
}

function namesOf(change: Partial<RestoreScopeInput>): string[] {
  return scopeOf(change).placed.map(({ database, collection }) => `${database}.${collection}`);
}

function chosen(choice: readonly string[]): RestoreScopeInput['options'] {
  return { mode: 'replace', namespaces: [...choice] };
}

function manifestOf(of: ManifestNamespace[]): RestoreScopeInput['manifest'] {
  return { database: null, namespaces: of };
}

function importedAs(kind: 'archive' | 'bson'): Pick<Manifest, 'origin'> {
  const facts = { fileName: 'dump', toolVersion: null, serverVersion: null, leftOut: [], withoutMetadata: 0 };
  return { origin: { kind, checked: 'structure', ...facts } };
}

function namespace(database: string, collection: string, change: Partial<ManifestNamespace> = {}): ManifestNamespace {
  const facts = { documents: 1, bytes: 10, fingerprint: '0'.repeat(32), crc64: '0' };
  return { database, collection, type: 'collection', options: {}, indexes: [], ...facts, ...change };
}
