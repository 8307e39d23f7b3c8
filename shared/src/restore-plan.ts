// The plan of a restore: the difference between an archive and a live deployment, and what there is to be careful of.
import { z } from 'zod';
import { backupId, deploymentId, planId, restoreId } from './ids.ts';
import { restoreOptions, restoreTarget, swapMethod } from './restore.ts';

/**
 * - `added`, `replaced`: as the backup has it.
 * - `merged`: what is missing is inserted.
 * - `dropped`: the backup does not have it, and the mode is `exact`.
 * - `untouched`: it lies in a database concerned, and stays as it is.
 */
export const planAction = z.enum(['added', 'replaced', 'merged', 'dropped', 'untouched']);
export type PlanAction = z.infer<typeof planAction>;

/**
 * How a namespace comes to its place in a restore.
 * - `rename`: with all others at once.
 * - `rewrite`: written again, last, from a copy that was proven under another name (time-series, `system.js`).
 * - `define`: a view, defined anew.
 * - `insert`: document by document (merge).
 */
export const planMethod = z.enum(['rename', 'rewrite', 'define', 'insert']);
export type PlanMethod = z.infer<typeof planMethod>;

/** Something in which the live namespace and the backup's differ. `change` says what the restore does to it. */
export const planDrift = z.object({
  /** `view`: what it reads and how. `type`: a collection, view or time-series of the same name. */
  what: z.enum(['index', 'option', 'validator', 'view', 'type']),
  /** Of the index or option; the type or view it will be. */
  name: z.string(),
  change: z.enum(['added', 'removed', 'changed']),
});
export type PlanDrift = z.infer<typeof planDrift>;

/** The documents of a collection by `_id`, live and in the backup. */
export const documentDifference = z.object({
  /** Live only: a restore in place loses them. */
  onlyLive: z.int().nonnegative(),
  /** In the backup only: they come back. */
  onlyInBackup: z.int().nonnegative(),
  changed: z.int().nonnegative(),
  same: z.int().nonnegative(),
  /** The first ones of each, at most 5, as extended JSON of the `_id`. */
  examples: z.object({
    onlyLive: z.array(z.string()).max(5),
    onlyInBackup: z.array(z.string()).max(5),
    changed: z.array(z.string()).max(5),
  }),
});
export type DocumentDifference = z.infer<typeof documentDifference>;

/** What the restore does to one namespace, with counts and raw bytes now and then. */
export const planNamespace = z.object({
  /** Its name in the backup; null where the backup does not have it. */
  source: z.string().nullable(),
  target: z.string(),
  /** As it will be. */
  type: z.enum(['collection', 'view', 'timeseries']),
  action: planAction,
  /** null where nothing is done. */
  method: planMethod.nullable(),
  /** null for a view, and where the backup does not have it. */
  documentsInBackup: z.int().nonnegative().nullable(),
  bytesInBackup: z.int().nonnegative().nullable(),
  /** The server's estimates; null for a view, and where nothing is there. */
  documentsNow: z.int().nonnegative().nullable(),
  bytesNow: z.int().nonnegative().nullable(),
  drift: z.array(planDrift),
  /** What it reads directly, and who reads it. Only of views, and of what views stand on. */
  viewOn: z.string().nullable(),
  /** null until it was asked for with `restores.compare`. */
  difference: documentDifference.nullable(),
  /** Documents of the backup that a TTL index would remove at once; null where none has one, or it was not counted. */
  expired: z.int().nonnegative().nullable(),
});
export type PlanNamespace = z.infer<typeof planNamespace>;

export const planWarningCode = z.enum([
  'REPLACES_LIVE_DATA',
  'DROPS_COLLECTIONS',
  'NEWER_DATA_LOST',
  'NOT_ATOMIC',
  'SWAPPED_IN_GROUPS',
  'WRITES_MAY_BE_LOST',
  'RIGHTS_MISSING',
  'CHANGE_STREAMS_END',
  'TYPE_CHANGES',
  'STRUCTURE_DIFFERS',
  'VIEW_BASE_MISSING',
  'NOT_MERGED',
  'LEFT_OUT',
  'TTL_EXPIRES',
  'USERS_VANISH',
  'USERS_NOT_IN_BACKUP',
  'SERVER_VERSION_DIFFERS',
  'TOOL_VERSION_DIFFERS',
  'SPACE_SHORT',
  'SPACE_UNKNOWN',
  'OPLOG_SHORT',
  'UNDO_LIMITED',
  'UNDO_NOT_ALLOWED',
]);
export type PlanWarningCode = z.infer<typeof planWarningCode>;

export const planWarning = z.object({
  code: planWarningCode,
  message: z.string(),
  namespaces: z.array(z.string()),
});
export type PlanWarning = z.infer<typeof planWarning>;

/** In bytes, as the server estimates them; `freeBytes` is null where the server does not say. */
export const planSpace = z.object({
  /** What staging writes beside what is there. */
  neededBytes: z.int().nonnegative(),
  freeBytes: z.int().nonnegative().nullable(),
  /** What stays until the undo is over. */
  undoBytes: z.int().nonnegative(),
});
export type PlanSpace = z.infer<typeof planSpace>;

/** Of a replica set, where its oplog may be looked at. */
export const planOplog = z.object({
  /** What the restore writes into it. */
  growthBytes: z.int().nonnegative(),
  maxBytes: z.int().nonnegative(),
  /** Between its first and its last entry. */
  windowSeconds: z.int().nonnegative(),
});
export type PlanOplog = z.infer<typeof planOplog>;

/** An action that the user in the connection string lacks. `database` null: on every one; `collection` null: on all of the database. */
export const missingRight = z.object({
  action: z.string(),
  database: z.string().nullable(),
  collection: z.string().nullable(),
});
export type MissingRight = z.infer<typeof missingRight>;

/** Names are `database.name`, those of users before those of roles. */
export const planUsers = z.object({
  added: z.array(z.string()),
  changed: z.array(z.string()),
  /** There now and not in the backup: they stay, but in the mode `exact`. */
  notInBackup: z.array(z.string()),
  /** Whether those go. */
  vanish: z.boolean(),
});
export type PlanUsers = z.infer<typeof planUsers>;

export const planVersions = z.object({
  /** Of the server when the backup was taken, and of the target now. */
  backupServer: z.string(),
  server: z.string(),
  /** Of mongodump then, and of the tools here; null on a server without tools. */
  backupTool: z.string(),
  tool: z.string().nullable(),
});

/** What `restores.plan` returns. Nothing has been changed; the plan is void after `expiresAt`, or once the namespaces changed. */
export const restorePlan = z.object({
  id: planId,
  backupId,
  /** The deployment that is written to. */
  deploymentId,
  deploymentName: z.string(),
  hosts: z.array(z.string()),
  /** The deployment that the backup is of. */
  source: z.object({ deploymentId, deploymentName: z.string(), hosts: z.array(z.string()) }),
  target: restoreTarget,
  options: restoreOptions,
  /** When the backup was taken. */
  backupCreatedAt: z.iso.datetime(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  /** What is written comes first; then what is dropped; then what is untouched. */
  namespaces: z.array(planNamespace),
  documents: z.int().nonnegative(),
  rawBytes: z.int().nonnegative(),
  /** The words that `restores.confirm` must be given; null where none are needed (a copy). */
  phrase: z.string().nullable(),
  /** How the collections come to their place; null for a copy. */
  swapMethod: swapMethod.nullable(),
  /** What the safety backup holds: namespaces, `users`; empty where there is none. */
  safetyBackupOf: z.array(z.string()),
  space: planSpace,
  oplog: planOplog.nullable(),
  /** null unless users and roles are asked for and the backup holds them. */
  users: planUsers.nullable(),
  versions: planVersions,
  /** How long it will take, from restores and restore tests before; null where there was none. */
  expectedMs: z.int().nonnegative().nullable(),
  /** What the restore needs and the user may not: it fails before anything is staged. Not there where nothing is missing. */
  missingRights: z.array(missingRight).optional(),
  /** By their names as they will be: what holds documents that only an update brings back. Looked for where the user may not update. */
  emptyTimestamps: z.array(z.string()).optional(),
  warnings: z.array(planWarning),
  /** Of names, types and options of the namespaces concerned: what tells that they changed. */
  liveDigest: z.string(),
});
export type RestorePlan = z.infer<typeof restorePlan>;

/** What `restores.planUndo` returns: what taking a restore back would do. */
export const undoPlan = z.object({
  id: planId,
  /** The restore that is taken back. */
  restoreId,
  deploymentId,
  deploymentName: z.string(),
  hosts: z.array(z.string()),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  /** The words that `restores.undo` must be given. */
  phrase: z.string(),
  /** Until when it can be taken back. */
  until: z.iso.datetime(),
  /** What the kept collections take now. */
  keptBytes: z.int().nonnegative(),
  /** What comes back, and what goes. */
  namespaces: z.array(
    z.object({
      target: z.string(),
      action: z.enum(['replaced', 'removed', 'brought-back']),
      documentsNow: z.int().nonnegative().nullable(),
      documentsThen: z.int().nonnegative().nullable(),
      /** Writes since the restore, which would be taken back; null where it cannot be told. */
      writesSince: z.int().nonnegative().nullable(),
    }),
  ),
  /** `oplog`: every write was counted. `documents`: the documents that differ from what was restored. */
  countedBy: z.enum(['oplog', 'documents']),
  writesSince: z.int().nonnegative().nullable(),
  swapMethod,
  warnings: z.array(planWarning),
});
export type UndoPlan = z.infer<typeof undoPlan>;
