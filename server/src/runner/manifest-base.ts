import type { BackupId } from '@holdfast/shared/ids';
import type { ManifestBase } from '../archive/write-archive.ts';
import type { DeploymentState } from '../domain/deployment.ts';
import type { DeploymentFacts } from '../engine/inspect-deployment.ts';
import { requireTools, type Services } from '../services.ts';

/** What the manifest of a backup that begins now says before its dump is known. Raises LEDGER_UNAVAILABLE. */
export async function manifestBase(
  services: Services,
  deployment: DeploymentState,
  server: DeploymentFacts,
  backupId: BackupId,
): Promise<ManifestBase> {
  const { position, hash } = await services.ledger.head();
  const { name, hosts, database } = deployment.facts;
  return {
    backupId,
    deployment: { id: deployment.deploymentId, name, hosts },
    database,
    startedAt: new Date(services.now()).toISOString(),
    tool: { name: 'mongodump', version: requireTools(services).mongodumpVersion },
    server: {
      version: server.version,
      featureCompatibilityVersion: server.featureCompatibilityVersion,
      replicaSet: server.replicaSet,
    },
    ledger: { position, hash },
  };
}
