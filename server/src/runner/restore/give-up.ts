// The end of a restore that can be brought neither forward nor back, because what is left to do was refused and will be again. An event
// says so before anything that is still staged goes: a name that is missing would look like a step that is done.
import { type Failure, type FailureReason, failureHints, OperationFailure } from '@holdfast/shared/failures';
import type { MongoClient } from 'mongodb';
import { giveUpRestore, type RestoreState } from '../../domain/restore.ts';
import { shadowPrefix, undoName } from '../../domain/restore-names.ts';
import { changeRestore } from './change-restore.ts';
import type { Forward } from './roll-forward.ts';
import { dropShadows, isBegun, type Left } from './settle.ts';
import { keptOfStop, lookAtStop, type StoppedSwap } from './stopped-swap.ts';

/**
 * - `givenUp`: some of it is in its place, and no more is staged, as far as it could be removed.
 * - `notRemoved`: nothing live was changed, and what was staged or copied is still there; it is added to why the restore failed.
 */
export type GivenUp = { readonly givenUp: Failure } | { readonly notRemoved: Pick<Failure, 'message' | 'hint'> };

/** Whether trying again would come out the same until somebody does something about it. */
export function isFinal(error: unknown): error is OperationFailure {
  return error instanceof OperationFailure && finalReasons.has(error.reason);
}

const finalReasons: ReadonlySet<FailureReason> = new Set([
  'restore-incomplete',
  'not-authorized',
  'archive-damaged',
  'key-missing',
  'undo-missing',
]);

/** Idempotent. Raises WRONG_WORKER; throws Fenced and what may pass: then it is to be tried again. */
export async function giveUp(forward: Forward, left: Left, refused: OperationFailure): Promise<GivenUp> {
  const { services, client, restoreId, worker, requireLease } = forward;
  const state = (await services.ledger.state(`restore:${restoreId}`)) as RestoreState;
  if (!(await mayBeBegun(client, state))) return { notRemoved: notRemoved(refused, left) };
  const stop = await lookAtStop(client, state).catch(nullIfFinal);
  const kept = stop && (await keptOfStop(services, client, state, stop).catch(nullIfFinal));
  const failure = halfWay({ ...state, undoUntil: kept?.undoUntil ?? state.undoUntil }, refused, stop);
  requireLease();
  const data = { restoreId, deploymentId: state.deploymentId, worker, ...failure, ...kept };
  await changeRestore(services, restoreId, (current) => giveUpRestore(current, data));
  return await endGivenUp(forward, { ...state, givenUp: failure });
}

/** Of one that was given up already. Idempotent. Throws as `giveUp`. */
export async function endGivenUp(forward: Forward, state: RestoreState): Promise<GivenUp> {
  const { givenUp } = state;
  if (givenUp === null) throw new Error(`restore ${state.restoreId} was not given up`);
  try {
    await dropShadows(forward, state);
    return { givenUp };
  } catch (error) {
    if (!isFinal(error)) throw error;
    const name = `${shadowPrefix(state.restoreId)}<number>`;
    const message = `${givenUp.message} What is still staged, under names like ${name}, could not be removed: ${error.message}`;
    const hint = `${givenUp.hint} As an administrator, drop what is named like ${name}: nothing needs it. What has a u before the number is kept.`;
    return { givenUp: { ...givenUp, message, hint } };
  }
}

/** Somebody who may not even look may have begun it. */
async function mayBeBegun(client: MongoClient, state: RestoreState): Promise<boolean> {
  try {
    return await isBegun(client, state);
  } catch (error) {
    if (isFinal(error)) return true;
    throw error;
  }
}

function nullIfFinal(error: unknown): null {
  if (isFinal(error)) return null;
  throw error;
}

function notRemoved(refused: OperationFailure, { state, createdDatabases }: Left) {
  const what =
    createdDatabases.length > 0
      ? `the databases ${createdDatabases.join(', ')}`
      : `the collections whose names begin with ${shadowPrefix(state.restoreId)}`;
  return {
    message: `Live data is as it was, but what was staged could not be removed: ${refused.message}`,
    hint: `As an administrator, drop ${what}: nothing needs them. Then start again.`,
  };
}

function halfWay(state: RestoreState, refused: OperationFailure, stop: StoppedSwap | null): Failure {
  const failure = refused.toFailure();
  const advice = mendable.has(refused.reason) ? [failureHints[refused.reason]] : [];
  return {
    ...failure,
    message: `${refused.message} ${stateOfLiveData(state, stop)}`,
    hint: [...advice, ...whatNext(state)].join(' '),
  };
}

/** Whose hints hold half-way, too. */
const mendable: ReadonlySet<FailureReason> = new Set(['not-authorized', 'archive-damaged', 'key-missing']);

function stateOfLiveData(state: RestoreState, stop: StoppedSwap | null): string {
  if (state.status === 'swapped') {
    return 'All collections are in their place; what comes after them (views, time-series, stored functions, users and roles, TTL indexes) is not, or not all of it.';
  }
  if (stop === null) return 'How much of it is in its place could not be seen.';
  const { swaps } = stop;
  const done = swaps.filter(({ step }) => step === 'done').length;
  const half = swaps.filter(({ step, isLive }) => step === 'half' && !isLive);
  const missing = half.map(({ database, live, undo }) => ` ${database}.${live} is not there: it lies under ${undo}.`);
  return [`${done} of ${swaps.length} collections are in their place.`, ...missing, ...ofMerges(state)].join('');
}

function ofMerges({ merges, unmerges }: RestoreState): string[] {
  return [
    ...(merges.length > 0 ? [' Of a merge, some documents may be inserted.'] : []),
    ...(unmerges.length > 0 ? [' Of what a merge had inserted, some documents may be gone.'] : []),
  ];
}

function whatNext({ restoreId, undoOf, safetyBackupId, undoUntil }: RestoreState): string[] {
  const again = `Let nobody write there, mend what refused it, and restore ${undoOf === null ? 'again' : 'a backup'}`;
  if (undoUntil !== null) return [`${again}, or take it back: \`holdfast restores undo ${restoreId}\`.`];
  const names = `the collections whose names begin with ${undoName(restoreId, 0).slice(0, -1)}`;
  const safety = safetyBackupId === null ? '' : ` and in the safety backup ${safetyBackupId}`;
  return [`${again}.`, `What was replaced is in ${names}${safety}; drop them by hand once nobody needs them.`];
}
