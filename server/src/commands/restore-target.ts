// Where a restore writes to. The backup's own deployment may be gone: then, and whenever it is wanted, it is another one.
import type { RestoreTarget } from '@holdfast/shared/restore';
import type { RestorePlan } from '@holdfast/shared/restore-plan';
import type { BackupState } from '../domain/backup.ts';
import { type DeploymentState, requireDeployment } from '../domain/deployment.ts';
import { defaultSuffix } from '../domain/restore-names.ts';
import type { Services } from '../services.ts';

/** The backup's deployment, the one that is written to, and the target with nothing left open. */
export interface ResolvedTarget {
  /** As it was when it was last registered. */
  readonly source: RestorePlan['source'];
  readonly deployment: DeploymentState;
  /** Names the deployment only when it is another than the backup's. */
  readonly target: RestoreTarget;
}

/** `now` is ISO text, for the suffix of a copy that asked for no name. Raises DEPLOYMENT_NOT_FOUND. */
export async function resolveTarget(
  services: Services,
  backup: Pick<BackupState, 'deploymentId'>,
  wanted: RestoreTarget,
  now: string,
): Promise<ResolvedTarget> {
  const source = await sourceOf(services, backup);
  const deploymentId = wanted.deploymentId ?? backup.deploymentId;
  const deployment = requireDeployment(
    (await services.ledger.state(`deployment:${deploymentId}`)) as DeploymentState | undefined,
    deploymentId,
  );
  const elsewhere = deploymentId === backup.deploymentId ? {} : { deploymentId };
  if (wanted.kind === 'original') return { source, deployment, target: { kind: 'original', ...elsewhere } };
  const { prefix, suffix } = wanted;
  const isUnnamed = prefix === undefined && suffix === undefined;
  const names = isUnnamed ? { suffix: defaultSuffix(now) } : { ...(prefix && { prefix }), ...(suffix && { suffix }) };
  return { source, deployment, target: { kind: 'copy', ...names, ...elsewhere } };
}

async function sourceOf(
  services: Services,
  { deploymentId }: Pick<BackupState, 'deploymentId'>,
): Promise<ResolvedTarget['source']> {
  const state = (await services.ledger.state(`deployment:${deploymentId}`)) as DeploymentState | undefined;
  const { name, hosts } = state?.facts ?? { name: deploymentId, hosts: [] };
  return { deploymentId, deploymentName: name, hosts };
}
