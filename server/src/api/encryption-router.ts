import { ageRecipient, encryptionKeyName, kitPassphrase } from '@holdfast/shared/encryption';
import { recoveryKitId } from '@holdfast/shared/ids';
import { z } from 'zod';
import * as encryption from '../commands/encryption.ts';
import { procedure, router } from './trpc.ts';

/** Id or name of a key. */
const key = z.string().min(1).max(64);

export const encryptionRouter = router({
  status: procedure.query(({ ctx }) => encryption.encryptionStatus(ctx.services)),
  createKey: procedure.input(z.object({ name: encryptionKeyName })).mutation(async ({ ctx, input }) => {
    await encryption.createKey(ctx.services, input.name, ctx.actor);
    return encryption.encryptionStatus(ctx.services);
  }),
  /** Every encrypted backup from now on can be opened with this key too. */
  addRecipient: procedure
    .input(z.object({ name: encryptionKeyName, recipient: z.string().trim().pipe(ageRecipient) }))
    .mutation(async ({ ctx, input }) => {
      await encryption.addRecipient(ctx.services, input, ctx.actor);
      return encryption.encryptionStatus(ctx.services);
    }),
  removeRecipient: procedure.input(z.object({ key })).mutation(async ({ ctx, input }) => {
    const id = await encryption.findKeyId(ctx.services, input.key);
    await encryption.removeRecipient(ctx.services, id, ctx.actor);
    return encryption.encryptionStatus(ctx.services);
  }),
  /** null: backups are not encrypted, unless their policy says otherwise. */
  setDefault: procedure.input(z.object({ key: key.nullable() })).mutation(async ({ ctx, input }) => {
    const id = input.key === null ? null : await encryption.findKeyId(ctx.services, input.key);
    await encryption.setDefault(ctx.services, id, ctx.actor);
    return encryption.encryptionStatus(ctx.services);
  }),
  /** Destroys the key. Refused while anything needs it. */
  retireKey: procedure.input(z.object({ key })).mutation(async ({ ctx, input }) => {
    const id = await encryption.findKeyId(ctx.services, input.key);
    await encryption.retireKey(ctx.services, id, ctx.actor);
    return encryption.encryptionStatus(ctx.services);
  }),
  /** The only answer with secret keys in it, under the passphrase. */
  issueKit: procedure
    .input(z.object({ passphrase: kitPassphrase }))
    .mutation(({ ctx, input }) => encryption.issueKit(ctx.services, input.passphrase, ctx.actor)),
  /** The code stands in the kit; without `kitId` the newest is meant. */
  confirmKit: procedure
    .input(z.object({ kitId: recoveryKitId.optional(), code: z.string().min(1).max(64) }))
    .mutation(async ({ ctx, input }) => {
      await encryption.confirmKit(ctx.services, { kitId: input.kitId, code: input.code }, ctx.actor);
      return encryption.encryptionStatus(ctx.services);
    }),
});
