// A restore: where it goes, how it is done, and its record. Its plan is in restore-plan.ts.
import { z } from 'zod';
import { actor } from './actor.ts';
import { failure } from './failures.ts';
import { backupId, deploymentId, restoreId } from './ids.ts';

const affix = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,32}$/, { error: 'It has 1 to 32 letters, digits, hyphens or underscores.' })
  .optional();

/**
 * Where the data goes.
 * - `copy` (the default): into other databases, whose names get `prefix` before and `suffix` behind; with neither, a suffix that
 *   says when. None of the resulting databases may exist yet.
 * - `original`: into the databases that it came from. Needs the confirmation phrase.
 *
 * With `deploymentId` into another deployment than the backup's.
 */
export const restoreTarget = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('copy'),
    suffix: affix,
    prefix: affix,
    deploymentId: deploymentId.optional(),
  }),
  z.object({ kind: z.literal('original'), deploymentId: deploymentId.optional() }),
]);
export type RestoreTarget = z.infer<typeof restoreTarget>;

/**
 * What happens to what is there already, in place.
 * - `replace`: collections that the backup has are replaced whole; the others stay.
 * - `merge`: documents whose `_id` is missing are inserted; nothing is replaced, what collides is reported.
 * - `exact`: as `replace`, and what the backup does not have is dropped within its scope.
 */
export const restoreMode = z.enum(['replace', 'merge', 'exact']);
export type RestoreMode = z.infer<typeof restoreMode>;

/** `needed`: of what no rename can undo, and only if there is any. `everything`: of all in the databases concerned. */
export const safetyBackup = z.enum(['needed', 'everything']);
export type SafetyBackup = z.infer<typeof safetyBackup>;

/** `build`: once the data is in place. `leave-out`: they stay ordinary indexes, and nothing expires. */
export const ttlIndexes = z.enum(['build', 'leave-out']);
export type TtlIndexes = z.infer<typeof ttlIndexes>;

/** How long what a restore replaced is kept, in hours: 0 (not at all) to 720. */
export const undoHours = z
  .int({ error: 'undoHours is a whole number from 0 to 720.' })
  .min(0, { error: 'undoHours must be from 0 to 720.' })
  .max(720, { error: 'undoHours must be from 0 to 720.' });

/** `database`, or `database.collection`. */
export const namespaceChoice = z.string().min(1).max(255);

/** How a restore is done: all that `restores.plan` may be asked for beside the backup and the target. */
export const restoreOptions = z.object({
  /** Only these, each a database or a collection; left out: all that the backup holds. Only their frames are read. */
  namespaces: z.array(namespaceChoice).min(1).max(1_000).optional(),
  mode: restoreMode.default('replace'),
  safetyBackup: safetyBackup.default('needed'),
  ttlIndexes: ttlIndexes.default('build'),
  /** Users and roles too, when the backup holds them. */
  usersAndRoles: z.boolean().default(false),
  undoHours: undoHours.default(24),
});
export type RestoreOptions = z.infer<typeof restoreOptions>;

export const defaultRestoreOptions: RestoreOptions = restoreOptions.parse({});

/**
 * requested -> running -> completed | failed | cancelled
 */
export const restoreStatus = z.enum(['requested', 'running', 'completed', 'failed', 'cancelled']);
export type RestoreStatus = z.infer<typeof restoreStatus>;

/** In this order; before `swap` nothing live has changed. */
export const restorePhase = z.enum(['verify', 'safety-backup', 'stage', 'prove', 'swap', 'finish']);
export type RestorePhase = z.infer<typeof restorePhase>;

/** What state the live data is in; said with every outcome. */
export const liveData = z.enum(['untouched', 'replaced', 'partly-replaced']);
export type LiveData = z.infer<typeof liveData>;

/** `apply-ops`: every rename in one command. `renames`: back to back, two for each collection. */
export const swapMethod = z.enum(['apply-ops', 'renames']);
export type SwapMethod = z.infer<typeof swapMethod>;

/** What a merge did with the backup's documents. */
export const mergeOutcome = z.object({
  inserted: z.int().nonnegative(),
  /** There already, byte for byte. */
  identical: z.int().nonnegative(),
  /** Another document is there under its `_id`, or holds a value that a unique index allows once; left as it is. */
  colliding: z.int().nonnegative(),
});
export type MergeOutcome = z.infer<typeof mergeOutcome>;

/**
 * Whether a restore can be taken back.
 * - `kept`: until `until`; `bytes` is what the kept collections take, as of the swap.
 * - `undone`: it was, by the restore `by`.
 * - `expired`: its time is over, or somebody ended it; what was kept is being removed.
 * - `dropped`: what was kept is removed.
 */
export const restoreUndo = z.object({
  state: z.enum(['kept', 'undone', 'expired', 'dropped']),
  until: z.iso.datetime(),
  bytes: z.int().nonnegative(),
  by: restoreId.nullable(),
});
export type RestoreUndo = z.infer<typeof restoreUndo>;

/** Another deployment than the one that is written to. */
export const restoreSource = z.object({ deploymentId, deploymentName: z.string() });
export type RestoreSource = z.infer<typeof restoreSource>;

/** A restore as `restores.list` and `restores.byId` return it. */
export const restore = z.object({
  id: restoreId,
  backupId,
  /** The deployment that is written to. */
  deploymentId,
  deploymentName: z.string(),
  /** The deployment that the backup is of; null: the same. */
  source: restoreSource.nullable(),
  target: restoreTarget,
  options: restoreOptions,
  /** It takes another restore back. */
  undoOf: restoreId.nullable(),
  actor,
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  completedAt: z.iso.datetime().nullable(),
  durationMs: z.int().nonnegative().nullable(),
  status: restoreStatus,
  /** The newest that has begun; null before the first. */
  phase: restorePhase.nullable(),
  documents: z.int().nonnegative().nullable(),
  collections: z.int().nonnegative().nullable(),
  /** The databases that hold the data now; empty until it is completed. */
  databases: z.array(z.string()),
  liveData,
  swapMethod: swapMethod.nullable(),
  /** How long the swap took; null where nothing was swapped. */
  swapMs: z.number().nonnegative().nullable(),
  /** In so many commands, where `apply-ops` took more than one: each collection was swapped within one of them. */
  swapGroups: z.int().positive().optional(),
  /** The backup that it took first; null where none was needed. */
  safetyBackupId: backupId.nullable(),
  /** null where nothing was merged. */
  merged: mergeOutcome.nullable(),
  /** null where there is nothing to take back. */
  undo: restoreUndo.nullable(),
  error: failure.nullable(),
});
export type Restore = z.infer<typeof restore>;
