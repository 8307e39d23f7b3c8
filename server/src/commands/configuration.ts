// The configuration as a file: export, preview of an import, import. Secrets, archives and history are not part of it.
import { createHash } from 'node:crypto';
import type { Actor } from '@holdfast/shared/actor';
import type { ConfigurationChange, ConfigurationFile, ConfigurationPreview } from '@holdfast/shared/configuration';
import type { PolicyEncryption } from '@holdfast/shared/encryption';
import { AppError } from '@holdfast/shared/errors';
import type { NewEvent } from '@holdfast/shared/events';
import type { DestinationId } from '@holdfast/shared/ids';
import type { PolicySettings } from '@holdfast/shared/policy';
import canonicalize from 'canonicalize';
import { addDestination } from '../domain/destination.ts';
import { type EncryptionState, requireUsable } from '../domain/encryption.ts';
import { changePolicy, sameSettings, wholeSettings } from '../domain/policy.ts';
import type { StoredDeployment } from '../projections/deployments.ts';
import type { StoredPolicy } from '../projections/policies.ts';
import type { Services } from '../services.ts';
import {
  type ComparedDestinations,
  compareDestinations,
  exportDestinations,
  requirePlaces,
} from './configured-destinations.ts';
import { execute } from './execute.ts';

/** Everything that an import can bring back. */
export async function exportConfiguration(services: Services): Promise<ConfigurationFile> {
  const { deployments, policies } = await current(services);
  return {
    format: 'holdfast-configuration',
    version: 1,
    exportedAt: new Date(services.now()).toISOString(),
    destinations: exportDestinations(services),
    deployments: deployments.map(({ _id, name, hosts, database }) => ({
      name,
      hosts,
      database,
      policies: policies
        .filter(({ deploymentId }) => deploymentId === _id)
        .map((policy) => ({ name: policy.name, ...wholeSettings(policy) })),
    })),
  };
}

/** What an import of this file would change, and a digest of file and present state that the import must name. */
export async function previewConfiguration(services: Services, file: ConfigurationFile): Promise<ConfigurationPreview> {
  return (await compare(services, file)).preview;
}

/**
 * Applies a previewed file: destinations that need no key, and policies of deployments that are registered here, by name. Raises CONFIGURATION_CHANGED when
 * file or state differ from the preview.
 */
export async function importConfiguration(
  services: Services,
  command: { readonly file: ConfigurationFile; readonly digest: string; readonly actor: Actor },
): Promise<ConfigurationPreview> {
  const { preview, updates, additions } = await compare(services, command.file);
  const mainId = services.destinations.main.id as DestinationId;
  if (preview.digest !== command.digest) throw new AppError('CONFIGURATION_CHANGED', {});
  await execute(services.ledger, {
    actor: command.actor,
    reads: ['configuration', 'encryption', ...updates.map(({ policy }) => `policy:${policy._id}`)],
    decide: (state) => {
      const added = additions.flatMap(({ destinationId, ...facts }) =>
        addDestination(state('configuration'), { destinationId, facts, mainId }),
      );
      const changes: NewEvent[] = updates.flatMap(({ policy, next }) =>
        changePolicy(
          { policy: state(`policy:${policy._id}`), encryption: state('encryption') },
          { policyId: policy._id as never, settings: next },
        ),
      );
      const data = { deployments: command.file.deployments.length, policies: changes.length, digest: preview.digest };
      return [...added, ...changes, { stream: 'configuration', type: 'ConfigurationImported', data }];
    },
  });
  await services.destinations.refresh();
  return preview;
}

interface Comparison {
  readonly additions: ComparedDestinations['additions'];
  readonly preview: ConfigurationPreview;
  readonly updates: readonly { readonly policy: StoredPolicy; readonly next: PolicySettings }[];
}

async function compare(services: Services, file: ConfigurationFile): Promise<Comparison> {
  const { deployments, policies } = await current(services);
  const encryption = (await services.ledger.state('encryption')) as EncryptionState | undefined;
  const places = await compareDestinations(services, file);
  const updates: { policy: StoredPolicy; next: PolicySettings }[] = [];
  const changes = file.deployments.flatMap((wanted): ConfigurationChange[] => {
    const known = deployments.find(({ name }) => name === wanted.name);
    if (known === undefined) return [unknownDeployment(wanted.name)];
    return wanted.policies.map(({ name, ...given }) => {
      const policy = policies.find((one) => one.deploymentId === known._id && one.name === name);
      if (policy === undefined)
        throw new AppError('CONFIGURATION_INVALID', { problems: [`${wanted.name} has no policy "${name}"`] });
      const now = wholeSettings(policy);
      const next = wholeSettings(given, now);
      const same = sameSettings(now, next);
      if (!same) updates.push({ policy, next });
      requirePlaces(services, places, { deployment: wanted.name, destinationIds: next.destinationIds });
      if (next.encryption !== now.encryption) requireKeyOf(encryption, wanted.name, next.encryption);
      return {
        kind: same ? 'policy-unchanged' : 'policy-changed',
        deployment: wanted.name,
        policy: name,
        current: now,
        next,
      };
    });
  });
  const text = canonicalize({
    file: { ...file, exportedAt: null },
    now: policies.map((policy) => [policy._id, wholeSettings(policy)]),
    destinations: places.changes,
  });
  const digest = createHash('sha256')
    .update(text ?? '')
    .digest('hex');
  return { preview: { changes, destinations: places.changes, digest }, updates, additions: places.additions };
}

/** Keys are not part of the file: one that a policy names has to be here already. */
function requireKeyOf(state: EncryptionState | undefined, deployment: string, choice: PolicyEncryption): void {
  if (choice === 'inherit' || choice === 'off') return;
  try {
    requireUsable(state, choice);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const problem = `the policy of ${deployment} names an encryption key that cannot be used here: ${error.message}`;
    throw new AppError('CONFIGURATION_INVALID', { problems: [problem] });
  }
}

/** Its connection string is not in the file: somebody has to register it under that name first. */
function unknownDeployment(deployment: string): ConfigurationChange {
  return { kind: 'deployment-needs-connection', deployment, policy: null, current: null, next: null };
}

async function current(services: Services): Promise<{ deployments: StoredDeployment[]; policies: StoredPolicy[] }> {
  const deployments = await services.ledger.readModel<StoredDeployment>('deployments');
  const policies = await services.ledger.readModel<StoredPolicy>('policies');
  return {
    deployments: await deployments.find({ removed: false }).sort({ name: 1 }).toArray(),
    policies: await policies.find({ removed: false }).sort({ _id: 1 }).toArray(),
  };
}
