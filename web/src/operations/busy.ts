// Whether a deployment is busy, from what is live: in every tab, whoever began it.
import type { Actor } from '@holdfast/shared/actor';
import type { Deployment, OperationKind } from '@holdfast/shared/deployment';
import type { OperationProgress } from '@holdfast/shared/operation';
import { type Accessor, createMemo } from 'solid-js';
import { useLive } from '../live/live-context.tsx';

/** The operation that holds a deployment's lock. */
export interface Busy {
  readonly kind: OperationKind;
  readonly operationId: string;
  readonly since: string;
  readonly actor: Actor;
  readonly cancelRequested: boolean;
}

type Lockable = Pick<Deployment, 'id' | 'operation'>;

/** What holds the lock: the running operation if there is one, else what the deployment's answer says. */
export function busyWith(deployment: Lockable | undefined, operations: readonly OperationProgress[]): Busy | null {
  if (!deployment) return null;
  const running = operations.find((operation) => operation.deploymentId === deployment.id);
  if (running) return { ...running, since: running.startedAt };
  return deployment.operation;
}

/** Follows the live stream; null while the deployment is idle. */
export function useBusy(deployment: Accessor<Lockable | undefined>): Accessor<Busy | null> {
  const live = useLive();
  return createMemo(() => busyWith(deployment(), live.operations), null, { equals: isSame });
}

/** The progress of a deployment's running operation, while there is one. */
export function useProgress(deploymentId: Accessor<string | undefined>): Accessor<OperationProgress | undefined> {
  const live = useLive();
  return () => live.operations.find((operation) => operation.deploymentId === deploymentId());
}

function isSame(a: Busy | null, b: Busy | null): boolean {
  return a?.operationId === b?.operationId && a?.cancelRequested === b?.cancelRequested && a?.kind === b?.kind;
}
