// Who caused an event. Names and addresses are never part of an event.
import { z } from 'zod';

export const actor = z.object({
  kind: z.enum(['user', 'api-key', 'schedule', 'system']),
  /** For a schedule the policy's id, for the system the server's instance id. */
  id: z.string(),
});
export type Actor = z.infer<typeof actor>;
