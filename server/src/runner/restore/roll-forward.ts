// Everything after the proof, from the journal in the ledger alone (and users from the archive): swap -> merge -> rewrite -> finish. The worker that staged goes
// this way, and so does the supervisor that finds it half done: each step looks at what exists, and does what is left.
import type { RestoreId } from '@holdfast/shared/ids';
import type { RestorePhase } from '@holdfast/shared/restore';
import type { MongoClient } from 'mongodb';
import { type RestoreState, swapRestore } from '../../domain/restore.ts';
import { explained } from '../../engine/driver-failure.ts';
import { findSwapMethod } from '../../engine/swap-method.ts';
import type { Services } from '../../services.ts';
import type { Counters, Totals } from '../operation-run.ts';
import { changeRestore } from './change-restore.ts';
import { finishRestore } from './finish.ts';
import { mergeAll } from './merge-all.ts';
import { dropMerged, mergeOutcomeOf } from './merge-collections.ts';
import { finishUsers, type UsersAtHand } from './restore-users.ts';
import { performRewrites } from './rewrite-last.ts';
import { lookAtSwaps, performSwap, undoBytes } from './swap-collections.ts';
import { takeBackMerge } from './undo-merge.ts';
import type { UsersBefore } from './undo-users.ts';

/** Who goes forward. */
export interface Forward {
  readonly services: Services;
  /** To the primary of the deployment that is written to. */
  readonly client: MongoClient;
  readonly restoreId: RestoreId;
  /** As the ledger knows it: the worker, or the supervisor that took over. */
  readonly worker: string;
  /** As long as nothing live has changed: stops it by throwing. */
  readonly beforeFirst?: () => void;
  /** Right before each step that changes something. Throws Fenced. */
  readonly requireLease: () => void;
  readonly enter: (phase: RestorePhase) => Promise<void>;
  /** What moves within the phase `swap`, for who watches. */
  readonly show?: (counters: Counters, totals: Totals) => void;
  /** What the backup says of users and roles, where it is open already. */
  readonly users?: UsersAtHand;
  /** Of one that takes another back: how users and roles were before that one, where it was read already; null: it changed none. */
  readonly usersBefore?: UsersBefore | null;
}

/**
 * Brings everything that was staged to its place; the restore can be completed then. Idempotent. Raises WRONG_WORKER; throws
 * OperationFailure: `restore-incomplete` when the server does not take something, `stalled`, `connection-lost`, `not-authorized`.
 */
export async function rollForward(forward: Forward): Promise<void> {
  if ((await stateOf(forward)).status === 'staged') await swap(forward);
  const state = await stateOf(forward);
  await dropMerged(forward.client, [...state.merges, ...state.unmerges.map(asMerged)]);
  await rewrite(forward, state);
  await forward.enter('finish');
  await forward.services.failpoint('finishing');
  forward.requireLease();
  await finishUsers(forward, state);
  await finishRestore(forward, state);
}

async function stateOf({ services, restoreId }: Forward): Promise<RestoreState> {
  return (await services.ledger.state(`restore:${restoreId}`)) as RestoreState;
}

async function swap(forward: Forward): Promise<void> {
  const { services, client, restoreId, worker, requireLease } = forward;
  const { deploymentId, swaps, merges, unmerges, method } = await stateOf(forward);
  await forward.enter('swap');
  forward.beforeFirst?.();
  const {
    method: done,
    durationMs,
    groups,
  } = await performSwap(client, swaps, {
    method: method ?? (await explained(() => findSwapMethod(client))),
    beforeFirst: forward.beforeFirst,
    before: requireLease,
    after: () => services.failpoint('swapping'),
  });
  const merged = await mergeAll(forward, merges);
  for (const unmerge of unmerges) await takeBackMerge(client, unmerge, { before: requireLease });
  const data = {
    ...{ restoreId, deploymentId, worker },
    ...(swaps.length > 0 && { method: done, durationMs, ...(groups && { groups }) }),
    ...(merges.length > 0 && { merged: mergeOutcomeOf(merged) }),
    ...(await keptOf(forward)),
  };
  requireLease();
  await changeRestore(services, restoreId, (state) => swapRestore(state, data));
  await services.failpoint('swapped');
}

/** Nothing where nothing is kept. */
async function keptOf(forward: Forward) {
  const { services, client } = forward;
  const { options, swaps, rewrites, merges, unmerges } = await stateOf(forward);
  if (options.undoHours === 0 || swaps.length + rewrites.length + merges.length + unmerges.length === 0) return {};
  const undoUntil = new Date(services.now() + options.undoHours * 3_600_000).toISOString();
  const kept = (await lookAtSwaps(client, swaps)).filter(({ isKept }) => isKept).length;
  return {
    undoUntil,
    undoBytes: await undoBytes(client, [...swaps, ...[...merges, ...unmerges].map(asSwap)]),
    undoCollections: kept,
  };
}

/** The journal of a merge that is taken back is not needed any more. */
function asMerged({ database, live, journal }: RestoreState['unmerges'][number]) {
  return { database, live, shadow: journal, undo: journal };
}

/** The journal of a merge is kept as what a swap replaced is. */
function asSwap({ database, live, undo }: { database: string; live: string; undo: string | null }) {
  return { database, live, shadow: null, undo: undo ?? undefined };
}

async function rewrite(forward: Forward, { swaps, merges, rewrites }: RestoreState): Promise<void> {
  const { services, client, requireLease } = forward;
  const places = [...swaps, ...merges, ...rewrites].flatMap(({ database, live, shadow }) =>
    shadow === null ? [] : [[`${database}.${shadow}`, live] as const],
  );
  const lives = new Map(places);
  await performRewrites(client, rewrites, {
    liveNames: (database, name) => lives.get(`${database}.${name}`) ?? name,
    before: requireLease,
    after: () => services.failpoint('rewriting'),
  });
}
