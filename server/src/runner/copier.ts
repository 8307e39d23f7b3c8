// Brings the archives of completed backups to every destination where they should be: one copy at a time on each server, each made
// by one server. What a server leaves half-way, another one begins anew; what fails is tried again, later each time.
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@holdfast/shared/errors';
import type { NewEvent } from '@holdfast/shared/events';
import { OperationFailure } from '@holdfast/shared/failures';
import { execute } from '../commands/execute.ts';
import { requireDestination } from '../destinations/destinations.ts';
import { findDestination } from '../destinations/find-destination.ts';
import { type BackupState, requireCompleted } from '../domain/backup.ts';
import { failCopy, recordCopy, storedCopies } from '../domain/copies.ts';
import type { Services } from '../services.ts';
import { shareArchive } from './archive-leases.ts';
import type { CopyPlace, StoredCopyLease } from './copy-leases.ts';
import { impactOf, limitedStorage } from './impact.ts';
import { makeCopy } from './make-copy.ts';
import { recordOutcome, toFailure } from './record-outcome.ts';
import { copiesBehind, wantedOf } from './wanted-copies.ts';

export interface Copier {
  /** Looks now what there is to copy. */
  wake(): void;
  /** Begins no other copy. */
  drain(): void;
  /** Ends the copy that is under way; another server, or this one after its next start, begins it anew. */
  close(): Promise<void>;
}

const lookEveryMs = 5_000;
/** So many backups are looked at at once. */
const lookedAt = 100;

/** Starts to copy. */
export function startCopier(services: Services): Copier {
  const closing = new AbortController();
  let draining = false;
  let waiting = new AbortController();
  const away = new Set<string>();
  const wake = () => waiting.abort();
  const working = (async () => {
    while (!closing.signal.aborted) {
      waiting = new AbortController();
      for (const id of becameOpen(services, away)) await services.copyLeases.wake(id).catch(() => undefined);
      const worked = draining ? false : await copyNext(services, closing.signal);
      if (!worked) await delay(lookEveryMs, undefined, { signal: waiting.signal }).catch(() => undefined);
    }
  })();
  return {
    wake,
    drain() {
      draining = true;
    },
    async close() {
      closing.abort(new OperationFailure('interrupted', 'The service was stopped while this was copied.'));
      wake();
      await working;
    },
  };
}

/** Destinations that were away when this was last asked and are open now. `away` is kept up to date. */
function becameOpen({ destinations }: Services, away: Set<string>): string[] {
  const known = destinations.known();
  const back = known.filter(({ id, storage }) => storage !== null && away.has(id)).map(({ id }) => id);
  away.clear();
  for (const { id, storage } of known) if (storage === null) away.add(id);
  return back;
}

/** Makes one copy, or tries to. False when there is none to be made here now. Never rejects. */
async function copyNext(services: Services, signal: AbortSignal): Promise<boolean> {
  try {
    await settleUnheld(services);
    for (const place of await copiesBehind(services, { limit: lookedAt })) {
      const left = await services.copyLeases.claim(place);
      if (left === false) continue;
      await runCopy(services, place, left, signal);
      return true;
    }
  } catch (error) {
    if (!signal.aborted) services.logger.warn({ err: error }, 'what there is to copy is looked at again soon');
  }
  return false;
}

/** One claimed copy, to its end: made, failed and postponed, or given back. */
async function runCopy(
  services: Services,
  place: CopyPlace,
  left: StoredCopyLease | null,
  signal: AbortSignal,
): Promise<void> {
  const { copyLeases: leases, logger } = services;
  const lost = new AbortController();
  const renewing = keepRenewed(services, place, lost);
  try {
    await copy(services, place, left, AbortSignal.any([signal, lost.signal]));
    await leases.release(place);
  } catch (error) {
    if (lost.signal.aborted) logger.warn(place, 'the lease on a copy ran out; another server goes on');
    else if (signal.aborted) await leases.postpone(place, 0);
    else if (isRefusal(error)) await leases.postpone(place, refusedWaitMs);
    else await recordFailure(services, place, left, error);
  } finally {
    await renewing.stop();
  }
}

async function copy(
  services: Services,
  { backupId, destinationId }: CopyPlace,
  left: StoredCopyLease | null,
  signal: AbortSignal,
): Promise<void> {
  await using lease = await shareArchive(services, backupId, { kind: 'copy' });
  const destination = await findDestination(services.destinations, destinationId);
  const target = await requireDestination(services.destinations, destinationId);
  if (left?.token) await target.discardUpload(left.token);
  const backup = requireCompleted(await stateOf(services, backupId), backupId);
  if (storedCopies(backup).some((stored) => stored.destinationId === destinationId)) return;
  const { sizeBytes } = await makeCopy(services, {
    backup,
    target: limitedStorage(target, await impactOf(services, backupId)),
    signal: AbortSignal.any([signal, lease.signal]),
    note: (token) => note(services, { backupId, destinationId }, token),
  });
  const key = backup.sealed?.key ?? '';
  await change(services, backupId, (state) => recordCopy(state, { backupId, destination, key, sizeBytes }));
}

async function note({ copyLeases }: Services, place: CopyPlace, token: string): Promise<void> {
  if (!(await copyLeases.renew(place, { token }))) throw new LeaseTaken();
}

class LeaseTaken extends Error {
  override readonly name = 'LeaseTaken';
}

/** It was let go of, is being deleted, or is somebody else's: nothing that has to be told. */
function isRefusal(error: unknown): boolean {
  if (error instanceof LeaseTaken) return true;
  return error instanceof AppError && error.code !== 'LEDGER_UNAVAILABLE';
}

const refusedWaitMs = 1_000;
const firstWaitMs = 15_000;
const longestWaitMs = 3_600_000;

/** Tried again after 15 s, then after twice as long each time, at most an hour. */
async function recordFailure(
  services: Services,
  place: CopyPlace,
  left: StoredCopyLease | null,
  error: unknown,
): Promise<void> {
  const { backupId, destinationId } = place;
  const failure = toFailure(services, backupId, error);
  const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** (left?.attempts ?? 0));
  services.logger.warn({ ...place, failure, waitMs }, 'an archive could not be copied; it is tried again');
  try {
    const destination = await findDestination(services.destinations, destinationId);
    await change(services, backupId, (state) => failCopy(state, { backupId, destination, failure }));
  } catch (refusal) {
    if (!(refusal instanceof AppError)) throw refusal;
  }
  await services.copyLeases.postpone(place, waitMs);
}

/**
 * What was begun for a backup that is not kept any more, or for a destination that was let go of: what was written goes, also a copy
 * that became visible and was never recorded.
 */
async function settleUnheld(services: Services): Promise<void> {
  for (const { backupId, destinationId } of await services.copyLeases.unheld()) {
    const state = await stateOf(services, backupId);
    if ((await wantedOf(services, state)).includes(destinationId)) continue;
    const left = await services.copyLeases.claim({ backupId, destinationId });
    if (left === false) continue;
    await clean(services, state, { backupId, destinationId, token: left?.token ?? null }).catch(
      async (err: unknown) => {
        await services.copyLeases.postpone({ backupId, destinationId }, firstWaitMs);
        services.logger.warn({ backupId, destinationId, err }, 'what was left of a copy is removed later');
      },
    );
  }
}

async function clean(
  services: Services,
  state: BackupState | undefined,
  left: CopyPlace & { readonly token: string | null },
): Promise<void> {
  const storage = services.destinations.byId(left.destinationId);
  const isKnown = services.destinations.known().some(({ id }) => id === left.destinationId);
  if (storage === undefined && isKnown) throw new OperationFailure('destination-unavailable', 'It is away.');
  if (left.token !== null) await storage?.discardUpload(left.token);
  const isStored = state !== undefined && storedCopies(state).some((one) => one.destinationId === left.destinationId);
  if (state?.sealed && state.status !== 'completed' && !isStored) await storage?.remove(state.sealed.key);
  await services.copyLeases.release(left);
}

function keepRenewed({ copyLeases: leases, logger }: Services, place: CopyPlace, lost: AbortController) {
  let renewedAt = performance.now();
  let busy: Promise<void> = Promise.resolve();
  const renew = async () => {
    const sentAt = performance.now();
    const isHeld = await leases.renew(place).catch((err: unknown) => {
      logger.warn({ ...place, err }, 'the lease on a copy could not be renewed');
      return undefined;
    });
    if (isHeld === true) renewedAt = sentAt;
    if (isHeld === false) lost.abort(new LeaseTaken());
  };
  const timer = setInterval(() => {
    if (performance.now() - renewedAt >= leases.leaseMs) lost.abort(new LeaseTaken());
    if (!lost.signal.aborted) busy = renew();
  }, leases.leaseMs / 6);
  return {
    async stop() {
      clearInterval(timer);
      await busy;
    },
  };
}

function change(
  services: Services,
  backupId: CopyPlace['backupId'],
  decide: (state: BackupState | undefined) => readonly NewEvent[],
) {
  const stream = `backup:${backupId}` as const;
  return recordOutcome(services, () =>
    execute(services.ledger, {
      actor: { kind: 'system', id: services.instanceId },
      correlationId: backupId,
      reads: [stream],
      decide: (read) => decide(read(stream)),
    }),
  );
}

function stateOf({ ledger }: Services, backupId: CopyPlace['backupId']): Promise<BackupState | undefined> {
  return ledger.state(`backup:${backupId}`) as Promise<BackupState | undefined>;
}
