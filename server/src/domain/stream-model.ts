// Which states an event moves, and how: the one table that ties the deciders to the ledger. Pure.
import type { LedgerEvent, NewEvent, StreamName } from '@holdfast/shared/events';
import { type BackupState, evolveBackup } from './backup.ts';
import { type DeploymentState, evolveDeployment, evolveRegistry, type RegistryState } from './deployment.ts';
import { type DestinationState, evolveDestination } from './destination.ts';
import { type EncryptionState, evolveEncryption } from './encryption.ts';
import { evolvePolicy, type PolicyState } from './policy.ts';
import { evolveRestore, type RestoreState } from './restore.ts';
import { evolveRestoreTests, type RestoreTestsState } from './restore-tests.ts';
import { evolveScrub, type ScrubState } from './scrub.ts';

/** The state that a stream's name stands for. */
export type StateOf<S extends StreamName> = S extends `deployment:${string}`
  ? DeploymentState
  : S extends `policy:${string}`
    ? PolicyState
    : S extends `backup:${string}`
      ? BackupState
      : S extends `restore:${string}`
        ? RestoreState
        : S extends 'configuration'
          ? RegistryState
          : S extends `destination:${string}`
            ? DestinationState
            : S extends 'scrub'
              ? ScrubState
              : S extends 'restore-tests'
                ? RestoreTestsState
                : S extends 'encryption'
                  ? EncryptionState
                  : never;

export const streamModel = { affects, evolve };

/** The event's own stream, then the deployment's lock, the policy's last due time, the registry, and which keys policies name. */
function affects(event: NewEvent): StreamName[] {
  const streams = new Set<StreamName>([event.stream]);
  if ('deploymentId' in event.data && movesDeployment.has(event.type))
    streams.add(`deployment:${event.data.deploymentId}`);
  if ((event.type === 'BackupRequested' || event.type === 'BackupSkipped') && event.data.policyId !== null) {
    streams.add(`policy:${event.data.policyId}`);
  }
  if (event.type === 'DeploymentRemoved') for (const id of event.data.policyIds) streams.add(`policy:${id}`);
  if (movesRegistry(event)) streams.add('configuration');
  if (spendsBudget.has(event.type)) streams.add('restore-tests');
  if (event.type === 'PolicyChanged' || event.type === 'DeploymentRemoved') streams.add('encryption');
  return [...streams];
}

function evolve(stream: StreamName, state: unknown, event: LedgerEvent): unknown {
  if (stream.startsWith('deployment:')) return evolveDeployment(state as DeploymentState | undefined, event);
  if (stream.startsWith('policy:')) return evolvePolicy(state as PolicyState | undefined, event);
  if (stream.startsWith('backup:')) return evolveBackup(state as BackupState | undefined, event);
  if (stream.startsWith('restore:')) return evolveRestore(state as RestoreState | undefined, event);
  if (stream.startsWith('destination:')) return evolveDestination(state as DestinationState | undefined, event);
  if (stream === 'configuration') return evolveRegistry(state as RegistryState | undefined, event);
  if (stream === 'encryption') return evolveEncryption(state as EncryptionState | undefined, event);
  if (stream === 'restore-tests') return evolveRestoreTests(state as RestoreTestsState | undefined, event);
  if (stream === 'scrub') return evolveScrub(state as ScrubState | undefined, event);
  return state;
}

function movesRegistry({ type, data }: NewEvent): boolean {
  if (type === 'PolicyChanged') return data.destinationIds !== undefined;
  return type.startsWith('Deployment') || type.startsWith('Destination');
}

const spendsBudget: ReadonlySet<LedgerEvent['type']> = new Set<LedgerEvent['type']>([
  'RestoreTestPassed',
  'RestoreTestFailed',
  'RestoreTestSkipped',
]);

const movesDeployment: ReadonlySet<LedgerEvent['type']> = new Set<LedgerEvent['type']>([
  'PolicyChanged',
  'BackupRequested',
  'BackupCompleted',
  'BackupFailed',
  'BackupCancelled',
  'RestoreRequested',
  'RestoreCompleted',
  'RestoreFailed',
  'RestoreCancelled',
  'OperationCancelRequested',
]);
