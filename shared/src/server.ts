// The servers over one ledger: who they are, what each may do, and what it does right now.
import { z } from 'zod';
import { operationKind } from './deployment.ts';
import { operationId } from './ids.ts';
import { operationPhase } from './operation.ts';

/** `api` answers calls and serves the console, `worker` runs operations and the schedule, `all` does both. */
export const serverRole = z.enum(['all', 'api', 'worker']);
export type ServerRole = z.infer<typeof serverRole>;

/** `draining`: claims nothing more and ends once its work has ended. `silent`: no heartbeat for a while. */
export const serverState = z.enum(['running', 'draining', 'silent']);
export type ServerState = z.infer<typeof serverState>;

/** A server as `system.info` returns it. Times are ISO 8601 in UTC, by the database's clock. */
export const serverInfo = z.object({
  /** `<instanceId>/<boot>`: the name that events give it. */
  worker: z.string(),
  instanceId: z.string(),
  host: z.string(),
  pid: z.int(),
  version: z.string(),
  role: serverRole,
  state: serverState,
  /** How many operations it runs at once at most; 0 for one that runs none. */
  concurrency: z.int().nonnegative(),
  startedAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime(),
  /** Whether it is the one that answers. */
  isThis: z.boolean(),
  operations: z.array(
    z.object({ operationId, kind: operationKind, deploymentName: z.string(), phase: operationPhase }),
  ),
});
export type ServerInfo = z.infer<typeof serverInfo>;
