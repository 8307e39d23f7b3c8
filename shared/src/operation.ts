// What runs now: progress of the operation that holds a deployment's lock.
import { z } from 'zod';
import { actor } from './actor.ts';
import { operationKind } from './deployment.ts';
import { deploymentId, operationId } from './ids.ts';

export const operationPhase = z.enum([
  'waiting',
  'connect',
  'dump',
  'seal',
  'verify',
  'safety-backup',
  'stage',
  'prove',
  'swap',
  'finish',
]);
export type OperationPhase = z.infer<typeof operationPhase>;

/** Progress of one namespace. `totalDocuments` is the server's estimate and may be passed. */
export const namespaceProgress = z.object({
  namespace: z.string(),
  documents: z.int().nonnegative(),
  totalDocuments: z.int().nonnegative().nullable(),
  bytes: z.int().nonnegative(),
  done: z.boolean(),
});
export type NamespaceProgress = z.infer<typeof namespaceProgress>;

/** A running operation's progress. Bytes are raw (uncompressed) bytes. Never goes back within a phase. */
export const operationProgress = z.object({
  operationId,
  kind: operationKind,
  deploymentId,
  deploymentName: z.string(),
  actor,
  phase: operationPhase,
  startedAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  /** When the last byte moved: says how long an operation has stalled. */
  lastByteAt: z.iso.datetime(),
  bytes: z.int().nonnegative(),
  /** The server's estimate of the raw size; null until known. */
  totalBytes: z.int().nonnegative().nullable(),
  documents: z.int().nonnegative(),
  totalDocuments: z.int().nonnegative().nullable(),
  bytesPerSecond: z.number().nonnegative(),
  secondsLeft: z.number().nonnegative().nullable(),
  /** At most 50: those under way first, then the largest. */
  namespaces: z.array(namespaceProgress),
  cancelRequested: z.boolean(),
});
export type OperationProgress = z.infer<typeof operationProgress>;
