// The deployment: registration and the lock. Pure: decides on states handed to it.
//
// lock:  idle --BackupRequested--> backup-running  --Completed|Failed|Cancelled--> idle
//        idle --RestoreRequested-> restore-running --Completed|Failed|Cancelled--> idle
import type { LockHolder, OperationKind } from '@holdfast/shared/deployment';
import { AppError } from '@holdfast/shared/errors';
import type { EventData, LedgerEvent, NewEvent } from '@holdfast/shared/events';
import type { DeploymentId, DestinationId, PolicyId } from '@holdfast/shared/ids';
import type { PolicySettings } from '@holdfast/shared/policy';

type Facts = Omit<EventData<'DeploymentRegistered'>, 'deploymentId'>;

/** What deciders know of a deployment. */
export interface DeploymentState {
  readonly deploymentId: DeploymentId;
  readonly removed: boolean;
  readonly facts: Facts;
  readonly operation: LockHolder | null;
  readonly policyIds: readonly PolicyId[];
}

/**
 * All registrations, to keep names, replica sets and destinations unique, and which destinations policies use: the state of the
 * stream `configuration`. Ones from before there were several destinations say nothing of them.
 */
export interface RegistryState {
  readonly deployments: readonly {
    readonly id: DeploymentId;
    readonly name: string;
    readonly replicaSetId: string | null;
    readonly database: string | null;
  }[];
  readonly destinations?: readonly { readonly id: DestinationId; readonly name: string }[];
  readonly destinationUse?: readonly DestinationUse[];
}

interface DestinationUse {
  readonly policyId: PolicyId;
  readonly deploymentId: DeploymentId;
  readonly destinationIds: readonly DestinationId[];
}

export interface RegisterDeployment {
  readonly deploymentId: DeploymentId;
  readonly facts: Facts;
  readonly policy: { readonly policyId: PolicyId; readonly name: string; readonly settings: PolicySettings };
}

/** Registers a deployment together with its first policy. Raises DEPLOYMENT_EXISTS. */
export function registerDeployment(registry: RegistryState | undefined, command: RegisterDeployment): NewEvent[] {
  refuseTwin(registry, command.deploymentId, command.facts);
  const { deploymentId, facts, policy } = command;
  return [
    { stream: `deployment:${deploymentId}`, type: 'DeploymentRegistered', data: { deploymentId, ...facts } },
    {
      stream: `policy:${policy.policyId}`,
      type: 'PolicyChanged',
      data: { policyId: policy.policyId, deploymentId, name: policy.name, ...policy.settings },
    },
  ];
}

/** Changes name or connection. Raises DEPLOYMENT_NOT_FOUND, DEPLOYMENT_EXISTS, OPERATION_IN_PROGRESS. */
export function updateDeployment(
  registry: RegistryState | undefined,
  state: DeploymentState | undefined,
  command: { readonly deploymentId: DeploymentId; readonly facts: Facts },
): NewEvent[] {
  const current = requireIdle(requireDeployment(state, command.deploymentId));
  refuseTwin(registry, command.deploymentId, command.facts);
  if (JSON.stringify(current.facts) === JSON.stringify(command.facts)) return [];
  return [
    {
      stream: `deployment:${command.deploymentId}`,
      type: 'DeploymentUpdated',
      data: { deploymentId: command.deploymentId, ...command.facts },
    },
  ];
}

/** Forgets a deployment; its backups stay. Raises DEPLOYMENT_NOT_FOUND, OPERATION_IN_PROGRESS. */
export function removeDeployment(state: DeploymentState | undefined, deploymentId: DeploymentId): NewEvent[] {
  const { policyIds } = requireIdle(requireDeployment(state, deploymentId));
  const data = { deploymentId, policyIds: [...policyIds] };
  return [{ stream: `deployment:${deploymentId}`, type: 'DeploymentRemoved', data }];
}

/** The deployment, or DEPLOYMENT_NOT_FOUND. */
export function requireDeployment(state: DeploymentState | undefined, id: string): DeploymentState {
  if (state === undefined || state.removed) throw new AppError('DEPLOYMENT_NOT_FOUND', { id });
  return state;
}

/** The deployment when nothing holds its lock, or OPERATION_IN_PROGRESS with who and since when. */
export function requireIdle(state: DeploymentState): DeploymentState {
  if (state.operation !== null) {
    throw new AppError('OPERATION_IN_PROGRESS', { deploymentName: state.facts.name, holder: state.operation });
  }
  return state;
}

/** The deployment's state after an event: of its own stream, or of an operation on it. */
export function evolveDeployment(state: DeploymentState | undefined, event: LedgerEvent): DeploymentState | undefined {
  switch (event.type) {
    case 'DeploymentRegistered':
    case 'DeploymentUpdated': {
      const { deploymentId, ...facts } = event.data;
      return {
        deploymentId,
        removed: false,
        facts,
        operation: state?.operation ?? null,
        policyIds: state?.policyIds ?? [],
      };
    }
    case 'PolicyChanged': {
      const others = state?.policyIds.filter((id) => id !== event.data.policyId) ?? [];
      return state && { ...state, policyIds: [...others, event.data.policyId] };
    }
    case 'DeploymentRemoved':
      return state && { ...state, removed: true };
    case 'BackupRequested':
      return lock(state, event, 'backup', event.data.backupId);
    case 'RestoreRequested':
      return lock(state, event, 'restore', event.data.restoreId);
    case 'OperationCancelRequested':
      return state?.operation?.operationId === event.data.operationId
        ? { ...state, operation: { ...state.operation, cancelRequested: true } }
        : state;
    case 'BackupCompleted':
    case 'BackupFailed':
    case 'BackupCancelled':
      return release(state, event.data.backupId);
    case 'RestoreCompleted':
    case 'RestoreFailed':
    case 'RestoreCancelled':
      return release(state, event.data.restoreId);
    default:
      return state;
  }
}

/** The registry after an event. */
export function evolveRegistry(state: RegistryState | undefined, event: LedgerEvent): RegistryState {
  const registry = state ?? { deployments: [] };
  const { deployments, destinations = [], destinationUse = [] } = registry;
  switch (event.type) {
    case 'DeploymentRegistered':
    case 'DeploymentUpdated': {
      const { deploymentId, name, replicaSetId, database } = event.data;
      const others = deployments.filter(({ id }) => id !== deploymentId);
      return { ...registry, deployments: [...others, { id: deploymentId, name, replicaSetId, database }] };
    }
    case 'DeploymentRemoved':
      return {
        ...registry,
        deployments: deployments.filter(({ id }) => id !== event.data.deploymentId),
        destinationUse: destinationUse.filter(({ deploymentId }) => deploymentId !== event.data.deploymentId),
      };
    case 'PolicyChanged':
      return { ...registry, destinationUse: usedBy(event, destinationUse) };
    case 'DestinationAdded':
    case 'DestinationUpdated': {
      const { destinationId, name } = event.data;
      const others = destinations.filter(({ id }) => id !== destinationId);
      return { ...registry, destinations: [...others, { id: destinationId, name }] };
    }
    case 'DestinationRemoved':
      return { ...registry, destinations: destinations.filter(({ id }) => id !== event.data.destinationId) };
    default:
      return registry;
  }
}

/** A policy that leaves its destinations out keeps them. */
function usedBy({ data }: LedgerEvent<'PolicyChanged'>, use: readonly DestinationUse[]): readonly DestinationUse[] {
  const { policyId, deploymentId, destinationIds } = data;
  if (destinationIds === undefined) return use;
  const others = use.filter((one) => one.policyId !== policyId);
  return destinationIds.length === 0 ? others : [...others, { policyId, deploymentId, destinationIds }];
}

function refuseTwin(registry: RegistryState | undefined, own: DeploymentId, facts: Facts): void {
  const others = (registry?.deployments ?? []).filter(({ id }) => id !== own);
  const sameName = others.find(({ name }) => name === facts.name);
  if (sameName) throw new AppError('DEPLOYMENT_EXISTS', { name: facts.name, existing: sameName.name });
  const sameSet = others.find(
    ({ replicaSetId, database }) =>
      replicaSetId !== null && replicaSetId === facts.replicaSetId && database === facts.database,
  );
  if (sameSet) throw new AppError('DEPLOYMENT_EXISTS', { name: facts.hosts.join(','), existing: sameSet.name });
}

function lock(
  state: DeploymentState | undefined,
  event: LedgerEvent,
  kind: OperationKind,
  operationId: string,
): DeploymentState | undefined {
  return (
    state && { ...state, operation: { kind, operationId, actor: event.actor, since: event.at, cancelRequested: false } }
  );
}

function release(state: DeploymentState | undefined, operationId: string): DeploymentState | undefined {
  return state?.operation?.operationId === operationId ? { ...state, operation: null } : state;
}
