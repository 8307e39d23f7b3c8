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
import { pause } from '../ledger/waiting.ts';
import type { StoredBackup } from '../projections/backups.ts';
import type { Services } from '../services.ts';
import { takeTurn } from './archive-leases.ts';
import { freshBackups, nextToScrub } from './due-verifications.ts';
import { followLedger } from './follow-ledger.ts';

export interface Verifier {
  /** Stops what it reads, as if it had not begun; resolves once it is gone. */
  close(): Promise<void>;
}

const lookEveryMs = 15_000;
/** One that could not be read, or made way, is left alone for so long. */
const restMs = 10 * 60_000;

/** Starts to verify, until it is closed. */
export function startVerifier(services: Services): Verifier {
  const closing = new AbortController();
  const work = new VerifierWork(services, closing.signal);
  const working = work.run();
  const following = followLedger(services, closing.signal, {
    begun: () => work.look(),
    event: ({ type }) => {
      if (type === 'BackupCompleted' || type === 'BackupImported' || type === 'ScrubChanged') work.look();
    },
  });
  return {
    async close() {
      closing.abort(new OperationFailure('interrupted', 'The service was stopped while this ran.'));
      await Promise.all([working, following]);
    },
  };
}

class VerifierWork {
  readonly #services: Services;
  readonly #closing: AbortSignal;
  /** Until when each is left alone, by the monotonic clock. */
  readonly #resting = new Map<BackupId, number>();
  #looking = new AbortController();

  constructor(services: Services, closing: AbortSignal) {
    this.#services = services;
    this.#closing = closing;
  }

  /** There may be something to read: looks at once. */
  look(): void {
    this.#looking.abort();
  }

  /** Never rejects. */
  async run(): Promise<void> {
    while (!this.#closing.aborted) {
      this.#looking = new AbortController();
      const signal = AbortSignal.any([this.#closing, this.#looking.signal]);
      const hasRead = await this.#readNext().catch((err: unknown) => {
        this.#services.logger.warn({ err }, 'what to verify is looked for again soon');
        return false;
      });
      if (!hasRead) await pause(lookEveryMs, signal);
    }
  }

  async #readNext(): Promise<boolean> {
    const services = this.#services;
    for (const backupId of await freshBackups(services, this.#left())) {
      await using turn = await takeTurn(services, `verify/${backupId}`);
      if (turn === null || !(await this.#isUnread(backupId))) continue;
      await this.#read(backupId, { cause: 'after-backup', turn: turn.signal, bytesPerSecond: null });
      return true;
    }
    return this.#scrubNext();
  }

  async #scrubNext(): Promise<boolean> {
    const services = this.#services;
    const settings = scrubOf((await services.ledger.state('scrub')) as ScrubState | undefined);
    if (!settings.enabled || services.runningHere.size > 0) return false;
    await using turn = await takeTurn(services, 'scrub');
    if (turn === null) return false;
    const backupId = await nextToScrub(services, settings, this.#left());
    if (backupId === null) return false;
    const { bytesPerSecond } = settings;
    await this.#read(backupId, { cause: 'scrub', turn: turn.signal, bytesPerSecond });
    return true;
  }

  /** Whatever comes of it is in the ledger or in the log. */
  async #read(
    backupId: BackupId,
    { cause, turn, bytesPerSecond }: { cause: VerificationCause; turn: AbortSignal; bytesPerSecond: number | null },
  ): Promise<void> {
    const { verifyingHere, instanceId, logger } = this.#services;
    const own = new AbortController();
    const signal = AbortSignal.any([this.#closing, turn, own.signal]);
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
