import { describe, expect, it } from 'vitest';
import type { RestoreState } from '../domain/restore.ts';
import { undoWarnings } from './undo-effects.ts';
import type { UndoScope } from './undo-scope.ts';

const swapsOf = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ database: 'shop', live: `c${n}`, shadow: `s${n}`, undo: `u${n}` }));
const warnings = (count: number, method: 'apply-ops' | 'renames') => {
  const restore = { swaps: swapsOf(count), rewrites: [] } as unknown as RestoreState;
  return undoWarnings(restore, { lost: [] } as unknown as UndoScope, method);
};
const codes = (...of: Parameters<typeof warnings>) => warnings(...of).map(({ code }) => code);

describe('the plan of an undo warns', () => {
  it('of writes that are lost between two renames, where the user may not swap in one command', () => {
    const [lost] = warnings(2, 'renames').filter(({ code }) => code === 'WRITES_MAY_BE_LOST');
    expect(lost).toMatchObject({ namespaces: ['shop.c0', 'shop.c1'], message: expect.stringMatching(/doctor/) });
    expect(codes(2, 'apply-ops')).not.toContain('WRITES_MAY_BE_LOST');
    expect(codes(0, 'renames')).toStrictEqual([]);
  });

  it('of groups, where there are more collections than one command takes', () => {
    expect(codes(707, 'apply-ops')).not.toContain('SWAPPED_IN_GROUPS');
    expect(codes(708, 'apply-ops')).toContain('SWAPPED_IN_GROUPS');
    expect(codes(708, 'renames')).not.toContain('SWAPPED_IN_GROUPS');
  });
});
