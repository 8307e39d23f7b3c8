// A deployment: a MongoDB server, replica set or sharded cluster that Holdfast knows.
import { z } from 'zod';
import { actor } from './actor.ts';
import { deploymentId, operationId } from './ids.ts';
import { lastRestoreTest } from './restore-test.ts';

/** Names are used in archive keys and on the command line: lower-case letters, digits and hyphens. */
export const deploymentName = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, {
  error: 'A name has 1 to 63 lower-case letters, digits or hyphens, and begins and ends with a letter or digit.',
});

export const operationKind = z.enum(['backup', 'restore']);
export type OperationKind = z.infer<typeof operationKind>;

/** The one exclusive operation that holds a deployment's lock. */
export const lockHolder = z.object({
  kind: operationKind,
  operationId,
  actor,
  since: z.iso.datetime(),
  cancelRequested: z.boolean(),
});
export type LockHolder = z.infer<typeof lockHolder>;

/** A deployment as `deployments.list` returns it. It never holds user names, passwords or options. */
export const deployment = z.object({
  id: deploymentId,
  name: deploymentName,
  /** `host:port` of each seed, or one SRV name. */
  hosts: z.array(z.string()),
  /** Scope: only this database; null means the whole deployment. */
  database: z.string().nullable(),
  replicaSet: z.string().nullable(),
  serverVersion: z.string().nullable(),
  status: z.enum(['idle', 'backup-running', 'restore-running']),
  operation: lockHolder.nullable(),
  registeredAt: z.iso.datetime(),
  /** The newest passed restore test of any of its backups; null when there was none. */
  restoreTest: lastRestoreTest.nullable(),
  /** false: it was recovered from its backups and needs its connection string. */
  isConnected: z.boolean(),
});
export type Deployment = z.infer<typeof deployment>;
