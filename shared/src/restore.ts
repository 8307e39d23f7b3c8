// A restore: its target, the plan that must be confirmed, and its record.
import { z } from 'zod';
import { actor } from './actor.ts';
import { failure } from './failures.ts';
import { backupId, deploymentId, planId, restoreId } from './ids.ts';

/** A MongoDB database name as the server accepts it on every platform. */
export const databaseName = z.string().regex(/^[^/\\. "$*<>:|?\0]{1,63}$/, {
  error: 'A database name has 1 to 63 characters and none of / \\ . " $ * < > : | ? or a space.',
});

/**
 * Where the data goes.
 * - `copy` (the default): into other databases of the same deployment. `suffix` is appended to each database's name;
 *   none of the resulting databases may exist yet.
 * - `original`: into the place it came from. Needs the confirmation phrase.
 */
export const restoreTarget = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('copy'),
    suffix: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,32}$/)
      .optional(),
  }),
  z.object({ kind: z.literal('original') }),
]);
export type RestoreTarget = z.infer<typeof restoreTarget>;

export const planAction = z.enum(['added', 'replaced']);

/** What the restore does to one namespace, with counts now and then. */
export const planNamespace = z.object({
  source: z.string(),
  target: z.string(),
  type: z.enum(['collection', 'view', 'timeseries']),
  action: planAction,
  documentsInBackup: z.int().nonnegative(),
  /** The target's documents now, as the server estimates; null where nothing is there. */
  documentsNow: z.int().nonnegative().nullable(),
});
export type PlanNamespace = z.infer<typeof planNamespace>;

export const planWarning = z.object({
  code: z.enum([
    'REPLACES_LIVE_DATA',
    'NOT_ATOMIC',
    'SERVER_VERSION_DIFFERS',
    'TOOL_VERSION_DIFFERS',
    'TTL_EXPIRES',
    'NEWER_DATA_LOST',
  ]),
  message: z.string(),
  namespaces: z.array(z.string()),
});
export type PlanWarning = z.infer<typeof planWarning>;

/** What `restores.plan` returns. Nothing has been changed; the plan is void after `expiresAt`. */
export const restorePlan = z.object({
  id: planId,
  backupId,
  deploymentId,
  deploymentName: z.string(),
  hosts: z.array(z.string()),
  target: restoreTarget,
  /** When the backup was taken. */
  backupCreatedAt: z.iso.datetime(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  namespaces: z.array(planNamespace),
  /** Live namespaces of the databases concerned that stay as they are. */
  untouched: z.array(z.string()),
  documents: z.int().nonnegative(),
  rawBytes: z.int().nonnegative(),
  /** The words that `restores.confirm` must be given; null where none are needed (a copy). */
  phrase: z.string().nullable(),
  warnings: z.array(planWarning),
});
export type RestorePlan = z.infer<typeof restorePlan>;

/**
 * requested -> running -> completed | failed | cancelled
 */
export const restoreStatus = z.enum(['requested', 'running', 'completed', 'failed', 'cancelled']);
export type RestoreStatus = z.infer<typeof restoreStatus>;

export const restorePhase = z.enum(['verify', 'stage', 'prove', 'swap', 'finish']);
export type RestorePhase = z.infer<typeof restorePhase>;

/** What state the live data is in; said with every outcome. */
export const liveData = z.enum(['untouched', 'replaced', 'partly-replaced']);
export type LiveData = z.infer<typeof liveData>;

/** A restore as `restores.list` and `restores.byId` return it. */
export const restore = z.object({
  id: restoreId,
  backupId,
  deploymentId,
  deploymentName: z.string(),
  target: restoreTarget,
  actor,
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  completedAt: z.iso.datetime().nullable(),
  durationMs: z.int().nonnegative().nullable(),
  status: restoreStatus,
  documents: z.int().nonnegative().nullable(),
  collections: z.int().nonnegative().nullable(),
  /** The databases that hold the data now; empty until it is completed. */
  databases: z.array(z.string()),
  liveData,
  error: failure.nullable(),
});
export type Restore = z.infer<typeof restore>;
