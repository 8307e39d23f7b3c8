import { defaultRestoreOptions, restoreMode } from '@holdfast/shared/restore';
import { describe, expect, it } from 'vitest';
import { hasProblem, initialForm, problemsOf, type RestoreForm, restoreModes, wantedOf } from './restore-form.ts';

const inPlace: RestoreForm = { ...initialForm, kind: 'original' };

describe('the form of a restore', () => {
  it('begins with what the server takes where nothing is said', () => {
    expect({ ...initialForm, undoHours: Number(initialForm.undoHours) }).toMatchObject(defaultRestoreOptions);
    expect(restoreModes).toEqual(restoreMode.options);
  });

  it('asks for a copy of everything at first', () => {
    expect(hasProblem(problemsOf(initialForm))).toBe(false);
    expect(wantedOf('backup', initialForm)).toEqual({
      backupId: 'backup',
      target: { kind: 'copy' },
      ttlIndexes: 'build',
    });
  });

  it('asks for what was chosen, in place on another deployment', () => {
    const form: RestoreForm = {
      ...inPlace,
      deploymentId: 'other',
      scope: 'chosen',
      choice: new Map([['shop', new Set(['orders'])]]),
      mode: 'exact',
      safetyBackup: 'everything',
      undoHours: '0',
    };
    expect(wantedOf('backup', form)).toEqual({
      backupId: 'backup',
      target: { kind: 'original', deploymentId: 'other' },
      namespaces: ['shop.orders'],
      mode: 'exact',
      safetyBackup: 'everything',
      ttlIndexes: 'build',
      usersAndRoles: false,
      undoHours: 0,
    });
  });

  it.each([
    ['suffix', { ...initialForm, suffix: 'a b' }],
    ['prefix', { ...initialForm, prefix: 'x'.repeat(33) }],
    ['undoHours', { ...inPlace, undoHours: '721' }],
    ['undoHours', { ...inPlace, undoHours: '' }],
    ['undoHours', { ...inPlace, undoHours: '1.5' }],
    ['nothingChosen', { ...initialForm, scope: 'chosen' }],
    [
      'tooManyChosen',
      {
        ...initialForm,
        scope: 'chosen',
        choice: new Map([['a', new Set(Array.from({ length: 1_001 }, (_, index) => `c${index}`))]]),
      },
    ],
  ] as const)('sees a problem with %s', (name, form) => {
    expect(problemsOf(form)).toMatchObject({ [name]: true });
  });

  it('wants another deployment where the backup’s own is removed', () => {
    expect(problemsOf(initialForm, true)).toMatchObject({ noDeployment: true });
    expect(hasProblem(problemsOf({ ...initialForm, deploymentId: 'other' }, true))).toBe(false);
  });

  it('does not mind, or ask for, what the target does not use', () => {
    expect(wantedOf('backup', { ...initialForm, usersAndRoles: true })).not.toHaveProperty('usersAndRoles');
    expect(hasProblem(problemsOf({ ...initialForm, undoHours: 'x' }))).toBe(false);
    expect(hasProblem(problemsOf({ ...inPlace, suffix: 'a b' }))).toBe(false);
  });
});
