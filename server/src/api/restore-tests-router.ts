import { restoreTestSettings } from '@holdfast/shared/restore-test';
import { restoreTestsState, setRestoreTests } from '../commands/restore-tests.ts';
import { procedure, router } from './trpc.ts';

export const restoreTestsRouter = router({
  state: procedure.query(({ ctx }) => restoreTestsState(ctx.services)),
  set: procedure.input(restoreTestSettings).mutation(async ({ ctx, input }) => {
    await setRestoreTests(ctx.services, input, ctx.actor);
    return restoreTestsState(ctx.services);
  }),
});
