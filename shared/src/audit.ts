// The trail as auditors query it.
import { z } from 'zod';
import { ledgerEvent } from './events.ts';

/** Filters of `audit.search`; all given ones must hold. Newest first. */
export const auditQuery = z.object({
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
  deploymentId: z.uuid().optional(),
  operationId: z.uuid().optional(),
  actorId: z.string().optional(),
  type: z.string().optional(),
  /** The position to go on from, as `nextCursor` gave it. */
  cursor: z.int().positive().optional(),
  limit: z.int().min(1).max(500).default(50),
});
export type AuditQuery = z.input<typeof auditQuery>;

export const auditPage = z.object({
  events: z.array(ledgerEvent),
  nextCursor: z.int().positive().nullable(),
});
export type AuditPage = z.infer<typeof auditPage>;

/** Outcome of walking the chain. `differsAt` names the first position that does not hold, and why. */
export const chainReport = z.object({
  intact: z.boolean(),
  events: z.int().nonnegative(),
  head: z.object({ position: z.int().nonnegative(), hash: z.string() }),
  durationMs: z.int().nonnegative(),
  differsAt: z
    .object({
      position: z.int().positive(),
      problem: z.enum(['missing', 'hash', 'previous-hash', 'head']),
      expected: z.string(),
      found: z.string(),
    })
    .nullable(),
});
export type ChainReport = z.infer<typeof chainReport>;
