import type { StoredDeployment } from '../projections/deployments.ts';
import { procedure, router } from './trpc.ts';

export const systemRouter = router({
  info: procedure.query(async ({ ctx }) => {
    const { services } = ctx;
    const deployments = await services.ledger.readModel<StoredDeployment>('deployments');
    const sample = await deployments.findOne({ name: 'sample', removed: false });
    const space = await services.destinations.main.space();
    const { position, hash } = await services.ledger.head();
    return {
      version: services.version,
      instanceId: services.instanceId,
      startedAt: services.startedAt,
      now: new Date(services.now()).toISOString(),
      timezone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
      servers: await services.servers.list(),
      ledger: { kind: services.ledgerPlace.kind, position, hash },
      storage: {
        url: services.destinations.main.url,
        freeBytes: space?.freeBytes ?? null,
        totalBytes: space?.totalBytes ?? null,
      },
      sampleDeploymentId: sample?._id ?? null,
    };
  }),
  doctor: procedure.query(async ({ ctx }) => ({ checks: await ctx.services.doctor() })),
});
