// The whole API: noun paths with a verb. Clients take only its type.
import { auditRouter } from './audit-router.ts';
import { backupsRouter } from './backups-router.ts';
import { configurationRouter } from './configuration-router.ts';
import { deploymentsRouter } from './deployments-router.ts';
import { destinationsRouter } from './destinations-router.ts';
import { encryptionRouter } from './encryption-router.ts';
import { liveRouter } from './live-router.ts';
import { operationsRouter } from './operations-router.ts';
import { policiesRouter } from './policies-router.ts';
import { restoreTestsRouter } from './restore-tests-router.ts';
import { restoresRouter } from './restores-router.ts';
import { systemRouter } from './system-router.ts';
import { router } from './trpc.ts';
import { verificationRouter } from './verification-router.ts';

export const appRouter = router({
  deployments: deploymentsRouter,
  policies: policiesRouter,
  backups: backupsRouter,
  restores: restoresRouter,
  destinations: destinationsRouter,
  operations: operationsRouter,
  verification: verificationRouter,
  restoreTests: restoreTestsRouter,
  configuration: configurationRouter,
  encryption: encryptionRouter,
  audit: auditRouter,
  live: liveRouter,
  system: systemRouter,
});

export type AppRouter = typeof appRouter;
