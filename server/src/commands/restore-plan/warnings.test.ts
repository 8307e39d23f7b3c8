import { type PlanNamespace, planWarningCode, type RestorePlan } from '@holdfast/shared/restore-plan';
import { describe, expect, it } from 'vitest';
import { plan as examplePlan } from '../../domain/examples.ts';
import { type FoundBeside, warningsOf, withNewerData } from './warnings.ts';

const orders: PlanNamespace = {
  ...{ source: 'shop.orders', target: 'shop.orders', type: 'collection', action: 'added', method: 'rename' },
  ...{ documentsInBackup: 10, bytesInBackup: 1_000, documentsNow: null, bytesNow: null },
  ...{ drift: [], viewOn: null, difference: null, expired: null },
};
const replaced: PlanNamespace = { ...orders, action: 'replaced', documentsNow: 10, bytesNow: 1_000 };
const view: PlanNamespace = { ...replaced, target: 'shop.v', type: 'view', method: 'define', documentsNow: null };
const examples = { onlyLive: [], onlyInBackup: [], changed: [] };

/** In place, into an empty database of the same versions, with room for all: nothing to be careful of. */
const quiet: RestorePlan = {
  ...examplePlan,
  target: { kind: 'original' },
  namespaces: [orders],
  swapMethod: 'apply-ops',
  space: { neededBytes: 1_000, freeBytes: 1_000_000, undoBytes: 0 },
  oplog: { growthBytes: 1_000, maxBytes: 1_000_000, windowSeconds: 3_600 },
  users: null,
  versions: { backupServer: '6.0.5', server: '6.0.9', backupTool: '100.9.5', tool: '100.9.5' },
  warnings: [],
};
const nothing: FoundBeside = {
  ...{ withoutBase: [], leftOut: [], expiring: [], notRenamed: [], withoutUndoRights: [] },
  isReplicaSet: true,
};
const withOptions = (change: Partial<RestorePlan['options']>) => ({ options: { ...quiet.options, ...change } });

/** Replaced by as many shadows. */
const many = (collections: number) => Array.from({ length: collections }, () => replaced);

type Case = [string, Partial<RestorePlan>, Partial<FoundBeside>, RegExp];

const seen: Record<string, Case> = {
  REPLACES_LIVE_DATA: ['something is there', { namespaces: [replaced] }, {}, /since the backup is lost/],
  DROPS_COLLECTIONS: ['exact', { namespaces: [{ ...replaced, source: null, action: 'dropped' }] }, {}, /dropped/],
  NEWER_DATA_LOST: [
    'more is there than then',
    { namespaces: [{ ...replaced, documentsNow: 12 }] },
    {},
    /^At least 2 documents/,
  ],
  NOT_ATOMIC: ['a view', { namespaces: [view] }, {}, /written last.*time-series.*is lost/],
  SWAPPED_IN_GROUPS: ['thousands', { namespaces: many(708) }, {}, /^708 collections.*in groups/],
  WRITES_MAY_BE_LOST: ['no applyOps', { namespaces: [replaced], swapMethod: 'renames' }, {}, /doctor/],
  CHANGE_STREAMS_END: ['a swap', { namespaces: [replaced] }, {}, /invalidate/],
  TYPE_CHANGES: [
    'a view where a collection was',
    { namespaces: [{ ...replaced, drift: [{ what: 'type', name: 'collection', change: 'changed' }] }] },
    {},
    /something else/,
  ],
  STRUCTURE_DIFFERS: [
    'another index',
    { namespaces: [{ ...replaced, drift: [{ what: 'index', name: 'a_1', change: 'added' }] }] },
    {},
    /become what the backup has/,
  ],
  VIEW_BASE_MISSING: ['a view alone', {}, { withoutBase: ['shop.v'] }, /empty/],
  LEFT_OUT: ['a ledger', {}, { leftOut: ['holdfast.ledger_events'] }, /not restored/],
  NOT_MERGED: [
    'a merge into a view',
    { namespaces: [{ ...view, action: 'untouched', method: null }] },
    {},
    /stay as they are/,
  ],
  TTL_EXPIRES: [
    '3 have expired',
    { namespaces: [{ ...orders, expired: 3 }] },
    { expiring: ['shop.orders'] },
    /^3 documents/,
  ],
  USERS_VANISH: [
    'exact with users',
    {
      ...withOptions({ usersAndRoles: true }),
      users: { added: [], changed: [], notInBackup: ['shop.ann'], vanish: true },
    },
    {},
    /shop\.ann/,
  ],
  USERS_NOT_IN_BACKUP: ['users of a backup without', withOptions({ usersAndRoles: true }), {}, /holds none/],
  SERVER_VERSION_DIFFERS: [
    'another release',
    { versions: { ...quiet.versions, server: '7.0.1' } },
    {},
    /6\.0\.5.*7\.0\.1/,
  ],
  TOOL_VERSION_DIFFERS: [
    'other tools',
    { versions: { ...quiet.versions, backupTool: 'unknown' } },
    {},
    /unknown version of mongodump/,
  ],
  SPACE_SHORT: [
    'hardly any room',
    { space: { neededBytes: 950_000, freeBytes: 1_000_000, undoBytes: 0 } },
    {},
    /950 kB.*1 MB/,
  ],
  SPACE_UNKNOWN: ['the server does not say', { space: { ...quiet.space, freeBytes: null } }, {}, /does not say/],
  OPLOG_SHORT: [
    'more than half of it',
    { oplog: { growthBytes: 500_001, maxBytes: 1_000_000, windowSeconds: 7_200 } },
    {},
    /500 kB.*1 MB.*2\.0 hours/,
  ],
  UNDO_LIMITED: [
    'nothing is kept',
    { namespaces: [replaced], ...withOptions({ undoHours: 0 }) },
    {},
    /cannot be taken back/,
  ],
  RIGHTS_MISSING: [
    'who may not write users',
    { missingRights: [{ action: 'insert', database: 'admin', collection: 'system.users' }] },
    {},
    /insert on admin\.system\.users\. `holdfast doctor`/,
  ],
  UNDO_NOT_ALLOWED: [
    'who may not remove merges',
    { namespaces: [{ ...replaced, action: 'merged', method: 'insert' }] },
    { withoutUndoRights: ['shop'] },
    /may not remove and update.*holdfast doctor/,
  ],
};

const codes = (plan: RestorePlan, found: Partial<FoundBeside> = {}) =>
  warningsOf(plan, { ...nothing, ...found }).map(({ code }) => code);

describe('every warning', () => {
  it('is in the table', () => {
    expect(Object.keys(seen).sort()).toStrictEqual([...planWarningCode.options].sort());
  });

  it.each(Object.entries(seen))('%s is seen where it applies, in words', (code, [, change, found, words]) => {
    const warnings = warningsOf({ ...quiet, ...change }, { ...nothing, ...found });
    expect(warnings.find((one) => one.code === code)?.message).toMatch(words);
  });

  it('is not seen where none applies', () => {
    expect(codes(quiet)).toStrictEqual([]);
  });
});

describe('a warning is not seen', () => {
  it.each<[string, string, Partial<RestorePlan>, Partial<FoundBeside>]>([
    ['NOT_ATOMIC', 'in a copy', { target: { kind: 'copy' }, namespaces: [{ ...view, action: 'added' }] }, {}],
    ['SWAPPED_IN_GROUPS', 'of as many as go into one command', { namespaces: many(707) }, {}],
    ['SWAPPED_IN_GROUPS', 'one after the other', { namespaces: many(708), swapMethod: 'renames' }, {}],
    ['WRITES_MAY_BE_LOST', 'where nothing is replaced', { swapMethod: 'renames' }, {}],
    ['WRITES_MAY_BE_LOST', 'where all is swapped at once', { namespaces: [replaced] }, {}],
    ['CHANGE_STREAMS_END', 'of a server without any', { namespaces: [replaced] }, { isReplicaSet: false }],
    ['NEWER_DATA_LOST', 'where as much is there', { namespaces: [replaced] }, {}],
    [
      'TTL_EXPIRES',
      'where nothing has expired',
      { namespaces: [{ ...orders, expired: 0 }] },
      { expiring: ['shop.orders'] },
    ],
    ['TTL_EXPIRES', 'without TTL indexes', { namespaces: [orders], ...withOptions({ ttlIndexes: 'leave-out' }) }, {}],
    [
      'TOOL_VERSION_DIFFERS',
      'on a server without tools',
      { versions: { ...quiet.versions, backupTool: '1', tool: null } },
      {},
    ],
    ['OPLOG_SHORT', 'where there is no oplog', { oplog: null }, {}],
    [
      'USERS_VANISH',
      'where they stay',
      {
        ...withOptions({ usersAndRoles: true }),
        users: { added: [], changed: [], notInBackup: ['shop.ann'], vanish: false },
      },
      {},
    ],
    [
      'STRUCTURE_DIFFERS',
      'beside another type',
      { namespaces: [{ ...replaced, drift: [{ what: 'type', name: 'collection', change: 'changed' }] }] },
      {},
    ],
    ['UNDO_LIMITED', 'of what is swapped and kept', { namespaces: [replaced] }, {}],
    ['UNDO_NOT_ALLOWED', 'of what no merge is', { namespaces: [replaced] }, { withoutUndoRights: ['shop'] }],
    [
      'UNDO_NOT_ALLOWED',
      'of another database',
      { namespaces: [{ ...replaced, action: 'merged', method: 'insert' }] },
      { withoutUndoRights: ['sho'] },
    ],
    [
      'USERS_NOT_IN_BACKUP',
      'of a copy, which takes none',
      { target: { kind: 'copy' }, ...withOptions({ usersAndRoles: true }) },
      {},
    ],
  ])('%s %s', (code, _, change, found) => {
    expect(codes({ ...quiet, ...change }, found)).not.toContain(code);
  });
});

describe('what is said', () => {
  it('of an undo names what no rename brings back', () => {
    const [warning] = warningsOf(quiet, { ...nothing, notRenamed: ['shop.v'] });
    expect(warning).toMatchObject({
      code: 'UNDO_LIMITED',
      namespaces: ['shop.v'],
      message: expect.stringMatching(/safety backup/),
    });
  });

  it('counts only what it could count of what expires', () => {
    const other = { ...orders, target: 'shop.logs', expired: null };
    const [warning] = warningsOf(
      { ...quiet, namespaces: [{ ...orders, expired: 3 }, other] },
      { ...nothing, expiring: ['shop.orders', 'shop.logs'] },
    );
    expect(warning).toMatchObject({
      namespaces: ['shop.orders', 'shop.logs'],
      message: expect.stringContaining('at least 3.'),
    });
  });

  it('of newer data is exact once documents were compared, and stands behind what is replaced', () => {
    const more = { ...replaced, documentsNow: 12 };
    const plan = { ...quiet, namespaces: [more], warnings: warningsOf({ ...quiet, namespaces: [more] }, nothing) };
    const compared = { ...more, difference: { onlyLive: 4, onlyInBackup: 2, changed: 1, same: 7, examples } };
    const after = withNewerData({ ...plan, namespaces: [compared] });
    expect(after.map(({ code }) => code)).toStrictEqual([
      'REPLACES_LIVE_DATA',
      'NEWER_DATA_LOST',
      'CHANGE_STREAMS_END',
    ]);
    expect(after[1]?.message).toMatch(/^5 documents that are there now/);
  });

  it('of newer data is no more than a least number while a collection was not compared', () => {
    const compared = { ...replaced, difference: { onlyLive: 4, onlyInBackup: 2, changed: 1, same: 7, examples } };
    const plan = { ...quiet, namespaces: [compared, { ...replaced, target: 'shop.other' }] };
    expect(withNewerData(plan)[0]?.message).toMatch(/^At least 5 documents that are there now/);
  });

  it('goes once a comparison finds nothing newer', () => {
    const more = { ...replaced, documentsNow: 12 };
    const same = { ...more, difference: { onlyLive: 0, onlyInBackup: 0, changed: 0, same: 10, examples } };
    const plan = { ...quiet, namespaces: [same], warnings: warningsOf({ ...quiet, namespaces: [more] }, nothing) };
    expect(withNewerData(plan).map(({ code }) => code)).not.toContain('NEWER_DATA_LOST');
  });
});
