// What somebody chose for a restore, and what it asks of the server. Pure.
import type { RestoreMode, RestoreOptions, RestoreTarget } from '@holdfast/shared/restore';
import { type NamespaceChoice, namespacesOf } from './namespace-choice.ts';

export interface RestoreForm {
  readonly kind: RestoreTarget['kind'];
  /** Another deployment than the backup's; null for its own. */
  readonly deploymentId: string | null;
  readonly prefix: string;
  readonly suffix: string;
  readonly scope: 'everything' | 'chosen';
  readonly choice: NamespaceChoice;
  readonly mode: RestoreMode;
  readonly safetyBackup: RestoreOptions['safetyBackup'];
  readonly ttlIndexes: RestoreOptions['ttlIndexes'];
  readonly usersAndRoles: boolean;
  /** As typed. */
  readonly undoHours: string;
}

export interface RestoreProblems {
  readonly prefix: boolean;
  readonly suffix: boolean;
  readonly undoHours: boolean;
  /** The backup's own deployment is removed, and no other is chosen. */
  readonly noDeployment: boolean;
  /** Chosen collections, but none of them. */
  readonly nothingChosen: boolean;
  readonly tooManyChosen: boolean;
}

/** What `restores.plan` is asked. */
export interface WantedPlan extends Partial<RestoreOptions> {
  readonly backupId: string;
  readonly target: RestoreTarget;
}

const affix = /^[A-Za-z0-9_-]{1,32}$/;
/** The server takes so many names in one plan. */
const mostNames = 1_000;

/** As they are offered. */
export const restoreModes = ['replace', 'merge', 'exact'] as const satisfies readonly RestoreMode[];

/**
 * A copy beside what is live: nothing live changes unless somebody asks for it. The rest is what the server takes where nothing is
 * said, written out: its schemas try to evaluate code, which the Content-Security-Policy refuses.
 */
export const initialForm: RestoreForm = {
  kind: 'copy',
  deploymentId: null,
  prefix: '',
  suffix: '',
  scope: 'everything',
  choice: new Map(),
  mode: 'replace',
  safetyBackup: 'needed',
  ttlIndexes: 'build',
  usersAndRoles: false,
  undoHours: '24',
};

/** `isRemoved`: the backup's own deployment is no more. */
export function problemsOf(form: RestoreForm, isRemoved = false): RestoreProblems {
  const isCopy = form.kind === 'copy';
  const names = form.scope === 'chosen' ? namespacesOf(form.choice).length : 1;
  return {
    prefix: isCopy && form.prefix !== '' && !affix.test(form.prefix),
    suffix: isCopy && form.suffix !== '' && !affix.test(form.suffix),
    undoHours: !isCopy && !(/^\d{1,3}$/.test(form.undoHours) && Number(form.undoHours) <= 720),
    noDeployment: isRemoved && form.deploymentId === null,
    nothingChosen: names === 0,
    tooManyChosen: names > mostNames,
  };
}

export function hasProblem(problems: RestoreProblems): boolean {
  return Object.values(problems).some(Boolean);
}

/** Only of a form without problems. What does not concern the target is left to the server's defaults. */
export function wantedOf(backupId: string, form: RestoreForm): WantedPlan {
  const chosen = form.scope === 'chosen' ? { namespaces: namespacesOf(form.choice) } : {};
  const wanted = { backupId, target: targetOf(form), ...chosen, ttlIndexes: form.ttlIndexes };
  if (form.kind === 'copy') return wanted;
  const { mode, safetyBackup, usersAndRoles, undoHours } = form;
  return { ...wanted, mode, safetyBackup, usersAndRoles, undoHours: Number(undoHours) };
}

function targetOf(form: RestoreForm): RestoreTarget {
  const elsewhere = form.deploymentId === null ? {} : { deploymentId: form.deploymentId as never };
  if (form.kind === 'original') return { kind: 'original', ...elsewhere };
  return {
    kind: 'copy',
    ...elsewhere,
    ...(form.prefix ? { prefix: form.prefix } : {}),
    ...(form.suffix ? { suffix: form.suffix } : {}),
  };
}
