// Reads archives again without being asked for: each backup once it is completed, and all of them in turn as a scrub. Beside the
// operations: it takes no deployment's lock and no place among them, reads one archive at a time on each server, and makes way
// for a deletion. The scrub is one among all servers, reads no faster than its limit, and begins no archive while an operation
// runs here.

import { AppError } from '@holdfast/shared/errors';
import { OperationFailure } from '@holdfast/shared/failures';
import type { BackupId } from '@holdfast/shared/ids';
import type { VerificationCause } from '@holdfast/shared/verification';
import { verify } from '../commands/backups.ts';
import { type ScrubState, scrubOf } from '../domain/scrub.ts';
import type { StoredBackup } from '../projections/backups.ts';
import type { Services } from '../services.ts';
import { takeTurn } from './archive-leases.ts';
import { freshBackups, nextToScrub } from './due-verifications.ts';
import { startWorkBeside, type WorkBeside } from './work-beside.ts';

/** One that could not be read, or made way, is left alone for so long. */
const restMs = 10 * 60_000;

/** Starts to verify, until it is closed: what it reads then counts as not begun. */
export function startVerifier(services: Services): WorkBeside {
  const work = new VerifierWork(services);
  return startWorkBeside(services, {
    what: 'what to verify',
    wakes: new Set(['BackupCompleted', 'BackupImported', 'ScrubChanged']),
    next: (closing) => work.readNext(closing),
  });
}

class VerifierWork {
  readonly #services: Services;
  /** Until when each is left alone, by the monotonic clock. */
  readonly #resting = new Map<BackupId, number>();

  constructor(services: Services) {
    this.#services = services;
  }

  async readNext(closing: AbortSignal): Promise<boolean> {
    const services = this.#services;
    for (const backupId of await freshBackups(services, this.#left())) {
      await using turn = await takeTurn(services, `verify/${backupId}`);
      if (turn === null || !(await this.#isUnread(backupId))) continue;
      await this.#read(backupId, {
        cause: 'after-backup',
        stop: AbortSignal.any([closing, turn.signal]),
        bytesPerSecond: null,
      });
      return true;
    }
    return this.#scrubNext(closing);
  }

  async #scrubNext(closing: AbortSignal): Promise<boolean> {
    const services = this.#services;
    const settings = scrubOf((await services.ledger.state('scrub')) as ScrubState | undefined);
    if (!settings.enabled || services.runningHere.size > 0) return false;
    await using turn = await takeTurn(services, 'scrub');
    if (turn === null) return false;
    const backupId = await nextToScrub(services, settings, this.#left());
    if (backupId === null) return false;
    const { bytesPerSecond } = settings;
    await this.#read(backupId, { cause: 'scrub', stop: AbortSignal.any([closing, turn.signal]), bytesPerSecond });
    return true;
  }

  /** Whatever comes of it is in the ledger or in the log. */
  async #read(
    backupId: BackupId,
    { cause, stop, bytesPerSecond }: { cause: VerificationCause; stop: AbortSignal; bytesPerSecond: number | null },
  ): Promise<void> {
    const { verifyingHere, instanceId, logger } = this.#services;
    const own = new AbortController();
    const signal = AbortSignal.any([stop, own.signal]);
    const actor = { kind: 'system', id: instanceId } as const;
    const reading = verify(this.#services, backupId, { actor, cause, signal, bytesPerSecond }).then(
      () => undefined,
      (error: unknown) => {
        this.#resting.set(backupId, performance.now() + restMs);
        this.#log(logger, backupId, signal.aborted ? signal.reason : error);
      },
    );
    verifyingHere.set(backupId, {
      makeWay: () => {
        own.abort(new OperationFailure('interrupted', 'The backup is being deleted.'));
        return reading;
      },
    });
    await reading;
    verifyingHere.delete(backupId);
  }

  #log(logger: Services['logger'], backupId: BackupId, error: unknown): void {
    if (error instanceof OperationFailure) {
      const { reason, message } = error;
      if (reason === 'interrupted') logger.debug({ backupId }, message);
      else logger.warn({ backupId, reason, err: message }, 'a backup could not be verified');
    } else if (error instanceof AppError) logger.debug({ backupId, code: error.code }, 'a backup is not verified now');
    else logger.error({ backupId, err: error }, 'defect in a verification');
  }

  async #isUnread(backupId: BackupId): Promise<boolean> {
    const backups = await this.#services.ledger.readModel<StoredBackup>('backups');
    const backup = await backups.findOne({ _id: backupId });
    return backup?.status === 'completed' && (backup.checkedAt ?? null) === null;
  }

  #left(): BackupId[] {
    for (const [backupId, until] of this.#resting) if (performance.now() >= until) this.#resting.delete(backupId);
    return [...this.#resting.keys()];
  }
}
