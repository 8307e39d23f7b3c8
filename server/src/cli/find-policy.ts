import type { HoldfastClient } from '@holdfast/client';
import type { Deployment } from '@holdfast/shared/deployment';
import { AppError } from '@holdfast/shared/errors';
import type { Policy } from '@holdfast/shared/policy';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';

/** The policy of a deployment: its only one, or the one of that name. Throws POLICY_NOT_FOUND, or a CliError `USAGE`. */
export async function findPolicy(
  client: HoldfastClient,
  deployment: Deployment,
  name: string | undefined,
): Promise<Policy> {
  const all = await client.policies.list.query();
  const policies = all.filter((policy) => policy.deploymentId === deployment.id);
  const wanted = name === undefined ? policies : policies.filter((policy) => policy.name === name);
  const [only, ...others] = wanted;
  if (only === undefined) throw new AppError('POLICY_NOT_FOUND', { id: `${name ?? ''} of ${deployment.name}`.trim() });
  if (others.length === 0) return only;
  throw new CliError(exitCodes.usage, {
    code: 'USAGE',
    message: `${deployment.name} has several policies: ${wanted.map((policy) => policy.name).join(', ')}.`,
    hint: 'Name one with --policy.',
  });
}
