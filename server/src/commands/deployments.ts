// Registering, changing and removing deployments. Connection strings go into the sealed secrets, never into an event.
import type { Actor } from '@holdfast/shared/actor';
import { AppError } from '@holdfast/shared/errors';
import { OperationFailure } from '@holdfast/shared/failures';
import type { DeploymentId, PolicyId } from '@holdfast/shared/ids';
import { defaultPolicySettings, type PolicySettings } from '@holdfast/shared/policy';
import { v7 as uuid } from 'uuid';
import {
  registerDeployment,
  removeDeployment,
  requireConnected,
  requireDeployment,
  updateDeployment,
} from '../domain/deployment.ts';
import { parseConnectionString } from '../engine/connection-string.ts';
import { connectDeployment, inspectDeployment } from '../engine/inspect-deployment.ts';
import type { Services } from '../services.ts';
import { execute } from './execute.ts';
import { withSecret } from './with-secret.ts';

/** What a connection string leads to. Holds no secret. */
export interface DeploymentProbe {
  readonly hosts: string[];
  readonly database: string | null;
  readonly replicaSet: string | null;
  readonly replicaSetId: string | null;
  readonly serverVersion: string | null;
}

/** Connects and looks, within seconds. Raises INVALID_URI, DEPLOYMENT_UNREACHABLE. */
export async function probeDeployment(uri: string): Promise<DeploymentProbe> {
  const address = parseConnectionString(uri);
  try {
    await using client = await connectDeployment(address);
    const facts = await inspectDeployment(client);
    return {
      hosts: address.hosts,
      database: address.database,
      replicaSet: facts.replicaSet,
      replicaSetId: facts.replicaSetId,
      serverVersion: facts.version,
    };
  } catch (error) {
    if (!(error instanceof OperationFailure)) throw error;
    throw new AppError('DEPLOYMENT_UNREACHABLE', {
      hosts: address.hosts,
      reason: error.reason,
      message: error.message,
    });
  }
}

export interface RegisterOptions {
  readonly name: string;
  readonly uri: string;
  readonly actor: Actor;
  readonly policy?: PolicySettings;
}

/** Registers a deployment with its policy. Raises INVALID_URI, DEPLOYMENT_UNREACHABLE, DEPLOYMENT_EXISTS. */
export async function register(services: Services, options: RegisterOptions): Promise<DeploymentId> {
  const facts = await probeDeployment(options.uri);
  const deploymentId = uuid() as DeploymentId;
  const policy = { policyId: uuid() as PolicyId, name: 'daily', settings: options.policy ?? defaultPolicySettings };
  await withSecret(services.secrets, options.uri, (secretRef) =>
    execute(services.ledger, {
      actor: options.actor,
      reads: ['configuration'],
      decide: (state) =>
        registerDeployment(state('configuration'), {
          deploymentId,
          facts: { name: options.name, ...facts, secretRef },
          policy,
        }),
    }),
  );
  return deploymentId;
}

export interface UpdateOptions {
  readonly id: DeploymentId;
  readonly name?: string | undefined;
  readonly uri?: string | undefined;
  readonly actor: Actor;
}

/** Changes name or connection. Raises what `register` raises, DEPLOYMENT_NOT_FOUND, OPERATION_IN_PROGRESS and, for a new
 * name alone, DEPLOYMENT_NOT_CONNECTED. */
export async function update(services: Services, options: UpdateOptions): Promise<void> {
  const stream = `deployment:${options.id}` as const;
  const current = requireDeployment((await services.ledger.state(stream)) as never, options.id).facts;
  const name = options.name ?? current.name;
  const { uri } = options;
  const append = (facts: Parameters<typeof updateDeployment>[2]['facts']) =>
    execute(services.ledger, {
      actor: options.actor,
      reads: ['configuration', stream],
      decide: (state) => updateDeployment(state('configuration'), state(stream), { deploymentId: options.id, facts }),
    });
  if (uri === undefined) {
    await append({ ...current, name, secretRef: requireConnected(current) });
    return;
  }
  const facts = await probeDeployment(uri);
  await withSecret(services.secrets, uri, (secretRef) => append({ name, ...facts, secretRef }));
  if (current.secretRef !== null) await services.secrets.remove(current.secretRef);
}

/** Forgets a deployment and its connection string; its backups stay. Raises DEPLOYMENT_NOT_FOUND, OPERATION_IN_PROGRESS. */
export async function remove(services: Services, id: DeploymentId, actor: Actor): Promise<void> {
  const stream = `deployment:${id}` as const;
  const current = requireDeployment((await services.ledger.state(stream)) as never, id).facts;
  await execute(services.ledger, { actor, reads: [stream], decide: (state) => removeDeployment(state(stream), id) });
  if (current.secretRef !== null) await services.secrets.remove(current.secretRef);
}
