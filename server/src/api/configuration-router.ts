import { configurationFile } from '@holdfast/shared/configuration';
import { z } from 'zod';
import { exportConfiguration, importConfiguration, previewConfiguration } from '../commands/configuration.ts';
import { procedure, router } from './trpc.ts';

export const configurationRouter = router({
  export: procedure.query(({ ctx }) => exportConfiguration(ctx.services)),
  preview: procedure
    .input(z.object({ file: configurationFile }))
    .mutation(({ ctx, input }) => previewConfiguration(ctx.services, input.file)),
  import: procedure
    .input(z.object({ file: configurationFile, digest: z.string() }))
    .mutation(({ ctx, input }) => importConfiguration(ctx.services, { ...input, actor: ctx.actor })),
});
