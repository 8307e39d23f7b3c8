import type { PlanNamespace, RestorePlan } from '@holdfast/shared/restore-plan';
import { describe, expect, it } from 'vitest';
import { plan as examplePlan } from '../domain/examples.ts';
import { describePlan } from './describe-plan.ts';

const orders: PlanNamespace = {
  ...{ source: 'shop.orders', target: 'shop.orders', type: 'collection', action: 'replaced', method: 'rename' },
  ...{ documentsInBackup: 1_000, bytesInBackup: 50_000, documentsNow: 1_200, bytesNow: 60_000 },
  drift: [
    { what: 'index', name: 'new_1', change: 'removed' },
    { what: 'index', name: 'old_1', change: 'added' },
    { what: 'validator', name: 'validator', change: 'changed' },
  ],
  ...{ viewOn: null, difference: null, expired: null },
};
const since: PlanNamespace = {
  ...{ ...orders, source: null, target: 'shop.since', action: 'dropped', drift: [] },
  ...{ documentsInBackup: null, bytesInBackup: null },
};
const other: PlanNamespace = { ...since, target: 'shop.other', action: 'untouched', method: null };

const whole: RestorePlan = {
  ...examplePlan,
  namespaces: [orders, since, other],
  expectedMs: 90_000,
  oplog: { growthBytes: 5_000_000, maxBytes: 10_000_000_000, windowSeconds: 7_200 },
  versions: { ...examplePlan.versions, server: '7.0.1' },
  safetyBackupOf: ['shop.v'],
  users: { added: ['shop.ann'], changed: [], notInBackup: ['shop.bob', 'shop.eve'], vanish: true },
  warnings: [
    { code: 'REPLACES_LIVE_DATA', message: 'These are replaced.', namespaces: ['shop.orders'] },
    { code: 'SPACE_UNKNOWN', message: 'Nobody knows.', namespaces: [] },
  ],
};

const linesOf = (plan: RestorePlan) => describePlan(plan).split('\n');

describe('the text of a plan', () => {
  it('says what is lost first, what differs, and how it will be done', () => {
    const text = describePlan(whole);
    const rows = text.split('\n').map((line) => line.replace(/ {2,}/g, ' | '));
    const first = rows.findIndex((row) => row.startsWith('WHAT'));
    expect(rows.slice(first, first + 3)).toStrictEqual([
      'WHAT | COLLECTION | FROM | TYPE | NOW | THEN | SIZE NOW | THEN | DIFFERS',
      'dropped | shop.since | - | collection | 1,200 | - | 60.0 kB | -',
      'replaced | shop.orders | the same | collection | 1,200 | 1,000 | 60.0 kB | 50.0 kB | index -new_1 +old_1, validator ~validator',
    ]);
    for (const words of [
      /^Expected {2}about 1 min 30 s$/m,
      /^Space +some 20 B are needed, 1\.00 kB are free; 20 B are kept for 24 hours$/m,
      /^Oplog +some 5\.00 MB of its 10\.0 GB, which hold 2 h 0 min now$/m,
      /^Versions +MongoDB 6\.0\.5 then, 7\.0\.1 now; mongodump 100\.9\.5$/m,
      /^Swap +all collections in one step$/m,
      /^First +a safety backup of shop\.v$/m,
      /^Users +1 added, 0 changed, 2 not in the backup go$/m,
      /^Stays as it is: shop\.other$/m,
      /^! REPLACES_LIVE_DATA: These are replaced\.\n {4}shop\.orders$/m,
      /^! SPACE_UNKNOWN: Nobody knows\.$/m,
    ]) {
      expect(text).toMatch(words);
    }
  });

  it('leaves out what there is none of', () => {
    const copy: RestorePlan = {
      ...whole,
      target: { kind: 'copy' },
      swapMethod: null,
      oplog: null,
      users: null,
      safetyBackupOf: [],
      expectedMs: null,
    };
    const titles = linesOf(copy).map((line) => line.split(' ')[0]);
    for (const title of ['Oplog', 'Swap', 'First', 'Users']) expect(titles).not.toContain(title);
    expect(describePlan(copy)).toMatch(/^Expected {2}not known/m);
    const merge: RestorePlan = { ...whole, namespaces: [{ ...orders, action: 'merged', method: 'insert' }, other] };
    expect(linesOf(merge).join('\n')).not.toMatch(/^Swap/m);
  });

  it('says so when collections are swapped in groups', () => {
    const grouped: RestorePlan = { ...whole, swapMethod: 'apply-ops' };
    expect(describePlan(grouped)).toMatch(/^Swap +all collections in one step$/m);
    const warnings: RestorePlan['warnings'] = [{ code: 'SWAPPED_IN_GROUPS', message: 'Many.', namespaces: [] }];
    expect(describePlan({ ...grouped, warnings })).toMatch(/^Swap +groups of collections/m);
  });

  it('tells the documents that differ where they were compared', () => {
    const difference = {
      ...{ onlyLive: 7, onlyInBackup: 0, changed: 1, same: 992 },
      examples: { onlyLive: ['1', '{"$oid":"a"}'], onlyInBackup: [], changed: ['"x\u001b"'] },
    };
    expect(describePlan({ ...whole, namespaces: [{ ...orders, difference }] })).toContain(
      'shop.orders: 7 documents only live (1, {"$oid":"a"}, ...), 0 only in the backup, 1 changed ("x\\u001b"), 992 the same',
    );
  });

  it('cuts what nobody reads to the end', () => {
    const many = Array.from({ length: 5_000 }, (_, n) => ({ ...orders, target: `shop.c${n}` }));
    const lines = linesOf({
      ...whole,
      namespaces: [...many, ...many.map((one) => ({ ...one, action: 'untouched' as const }))],
    });
    expect(lines).toContain('and 4,800 more');
    expect(lines.find((line) => line.startsWith('Stays'))).toMatch(/shop\.c7 and 4,992 more$/);
    expect(lines.length).toBeLessThan(230);
  });
});
