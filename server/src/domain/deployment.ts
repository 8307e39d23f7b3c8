// The deployment: registration and the lock. Pure: decides on states handed to it.
//
// lock:  idle --BackupRequested--> backup-running  --Completed|Failed|Cancelled--> idle
//        idle --RestoreRequested-> restore-running --Completed|Failed|Cancelled--> idle
import type { LockHolder, OperationKind } from '@holdfast/shared/deployment';
import { AppError } from '@holdfast/shared/errors';
import type { EventData, LedgerEvent, NewEvent } from '@holdfast/shared/events';
import type { DeploymentId, DestinationId, PolicyId } from '@holdfast/shared/ids';
import type { PolicySettings } from '@holdfast/shared/policy';

type RegisteredFacts = Omit<EventData<'DeploymentRegistered'>, 'deploymentId'>;
/** A recovered deployment has no connection string until somebody gives one. */
type Facts = Omit<RegisteredFacts, 'secretRef'> & { readonly secretRef: string | null };

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
  readonly facts: RegisteredFacts;
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

/**
 * Knows a deployment again from its archives, with its policy off, under its name or, where another one has that, under one like
 * it. One that is registered appends nothing.
 */
export function recoverDeployment(
  states: { readonly registry: RegistryState | undefined; readonly deployment: DeploymentState | undefined },
  command: Pick<RegisterDeployment, 'policy'> & { readonly found: EventData<'DeploymentRecovered'> },
): NewEvent[] {
  if (states.deployment !== undefined && !states.deployment.removed) return [];
  const { found, policy } = command;
  const { deploymentId } = found;
  const data = { ...found, name: freeName(states.registry, found.name) };
  const off = { policyId: policy.policyId, deploymentId, name: policy.name, ...policy.settings, enabled: false };
  return [
    { stream: `deployment:${deploymentId}`, type: 'DeploymentRecovered', data },
    { stream: `policy:${policy.policyId}`, type: 'PolicyChanged', data: off },
  ];
}

/** Changes name or connection. Raises DEPLOYMENT_NOT_FOUND, DEPLOYMENT_EXISTS, OPERATION_IN_PROGRESS. */
export function updateDeployment(
  registry: RegistryState | undefined,
  state: DeploymentState | undefined,
  command: { readonly deploymentId: DeploymentId; readonly facts: RegisteredFacts },
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

/** The reference of its connection string, or DEPLOYMENT_NOT_CONNECTED. */
export function requireConnected({ name, secretRef }: Pick<Facts, 'name' | 'secretRef'>): string {
  if (secretRef === null) throw new AppError('DEPLOYMENT_NOT_CONNECTED', { name });
  return secretRef;
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
    case 'DeploymentRecovered': {
      const { deploymentId, ...found } = event.data;
      const facts = { ...found, replicaSet: null, replicaSetId: null, secretRef: null };
      return { deploymentId, removed: false, facts, operation: null, policyIds: [] };
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
    case 'DeploymentRecovered': {
      const { deploymentId: id, name, database } = event.data;
      return { ...registry, deployments: [...deployments, { id, name, replicaSetId: null, database }] };
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

function freeName(registry: RegistryState | undefined, name: string): string {
  const taken = new Set((registry?.deployments ?? []).map((known) => known.name));
  const base = name.slice(0, 48).replace(/-+$/, '');
  const names = [name, `${base}-recovered`, ...Array.from(taken, (_, index) => `${base}-recovered-${index + 2}`)];
  return names.find((one) => !taken.has(one)) ?? name;
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
