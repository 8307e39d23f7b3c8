import { scrubSettings } from '@holdfast/shared/verification';
import { setScrub, verificationState } from '../commands/verification.ts';
import { procedure, router } from './trpc.ts';

export const verificationRouter = router({
  state: procedure.query(({ ctx }) => verificationState(ctx.services)),
  set: procedure.input(scrubSettings).mutation(async ({ ctx, input }) => {
    await setScrub(ctx.services, input, ctx.actor);
    return verificationState(ctx.services);
  }),
});
