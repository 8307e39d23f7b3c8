// Single documents of a backup that are put back: begun before the first one is written and ended once, so that a server which is
// killed in between leaves a word of what may have changed. Any number at once, and no lock. Pure.
import type { EventData, LedgerEvent, NewEvent } from '@holdfast/shared/events';
import type { BackupState } from './backup.ts';
import { type DeploymentState, requireDeployment, requireIdle } from './deployment.ts';

/** One that was begun and has not ended. */
export type OpenPutBack = Pick<EventData<'PutBackStarted'>, 'putBackId' | 'namespace' | 'documents'>;

/** Documents are about to be written. Raises DEPLOYMENT_NOT_FOUND, OPERATION_IN_PROGRESS. */
export function startPutBack(
  { deployment }: { readonly deployment: DeploymentState | undefined },
  data: EventData<'PutBackStarted'>,
): NewEvent[] {
  requireIdle(requireDeployment(deployment, data.deploymentId));
  return [{ stream: `backup:${data.backupId}`, type: 'PutBackStarted', data }];
}

/** How it ended, by who did it: also where somebody else has ended it as unknown meanwhile. */
export function endPutBack(data: EventData<'DocumentsPutBack'>): NewEvent[] {
  return [{ stream: `backup:${data.backupId}`, type: 'DocumentsPutBack', data }];
}

/**
 * Nobody does it any more: ends it as `known`, else with all its documents as written or not. One that has ended already appends
 * nothing.
 */
export function closePutBack(
  state: Pick<BackupState, 'backupId' | 'deploymentId' | 'putBacks'> | undefined,
  putBackId: string,
  known: EventData<'DocumentsPutBack'> | null,
): NewEvent[] {
  const open = state?.putBacks?.find((one) => one.putBackId === putBackId);
  if (state === undefined || open === undefined) return [];
  const { backupId, deploymentId } = state;
  const { namespace, documents: uncertain } = open;
  return endPutBack(known ?? { backupId, deploymentId, putBackId, namespace, inserted: 0, replaced: 0, uncertain });
}

/** What an event makes of those of its backup; undefined while there are none. */
export function evolvePutBacks(
  open: readonly OpenPutBack[] = [],
  event: LedgerEvent,
): readonly OpenPutBack[] | undefined {
  const left = event.type === 'PutBackStarted' ? [...open, openOf(event)] : open.filter((one) => !isEnd(event, one));
  return left.length > 0 ? left : undefined;
}

function openOf({ data }: LedgerEvent<'PutBackStarted'>): OpenPutBack {
  const { putBackId, namespace, documents } = data;
  return { putBackId, namespace, documents };
}

function isEnd({ type, data }: LedgerEvent, { putBackId }: OpenPutBack): boolean {
  return type === 'DocumentsPutBack' && data.putBackId === putBackId;
}
