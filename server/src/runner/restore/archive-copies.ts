// Which of a backup's copies a restore reads: the first that is what the ledger says, and the next one when it turns out damaged
// while it is read.
import { OperationFailure } from '@holdfast/shared/failures';
import type { AgeIdentity } from '../../archive/age/age-keys.ts';
import { type ArchiveSource, type OpenArchive, openArchive } from '../../archive/open-archive.ts';
import { type ReadableCopy, readableCopies } from '../../destinations/readable-copy.ts';
import { type BackupState, requireCompleted } from '../../domain/backup.ts';
import type { RestoreState } from '../../domain/restore.ts';
import { unlessAborted } from '../../engine/unless-aborted.ts';
import { throughFailover } from '../../ledger/through-failover.ts';
import type { Services } from '../../services.ts';
import type { OperationRun } from '../operation-run.ts';
import { beginPhase } from './begin-phase.ts';

/**
 * The phase `verify`: opens the first copy whose size, manifest and frame index are what the ledger says. Documents are verified
 * while they are read, so that only those which are wanted are. Throws OperationFailure (`archive-damaged`, `key-missing`,
 * `storage-missing`, `destination-unavailable`), what the first copy said, when there is none.
 */
export async function openArchiveCopies(
  services: Services,
  run: OperationRun,
  { restoreId, backupId }: Pick<RestoreState, 'restoreId' | 'backupId'>,
): Promise<ArchiveCopies> {
  await beginPhase({ services, run }, 'verify');
  const backup = requireCompleted((await services.ledger.state(`backup:${backupId}`)) as BackupState, backupId);
  const identities = await throughFailover(() => services.keys.identities());
  const log = (url: string, err: unknown) =>
    services.logger.warn({ operationId: restoreId, url, err }, 'a copy of the archive cannot be restored from');
  const copies = new ArchiveCopies(backup, identities, { copies: readableCopies(services, backup), log });
  await copies.open(run.signal);
  return copies;
}

interface Where {
  readonly copies: AsyncGenerator<ReadableCopy>;
  readonly log: (url: string, error: unknown) => void;
}

/** The copies that are left, one of them open. */
export class ArchiveCopies {
  readonly #backup: BackupState;
  readonly #identities: readonly AgeIdentity[];
  readonly #where: Where;
  #current: { readonly archive: OpenArchive; readonly url: string } | undefined;
  /** What the first one said that was not good enough. */
  #first: unknown;

  constructor(backup: BackupState, identities: readonly AgeIdentity[], where: Where) {
    this.#backup = backup;
    this.#identities = identities;
    this.#where = where;
  }

  /** The one that is read. */
  get current(): OpenArchive {
    if (this.#current === undefined) throw new Error('no copy of the archive is open');
    return this.#current.archive;
  }

  /** Goes on to the next copy, as the current one is `failure`. Throws what the first one said when there is none; the signal's reason. */
  async next(failure: OperationFailure, signal: AbortSignal): Promise<void> {
    if (this.#current !== undefined) this.#where.log(this.#current.url, failure);
    this.#first ??= failure;
    await this.open(signal);
  }

  /** Opens the first of those that are left. Throws as `next`. */
  async open(signal: AbortSignal): Promise<void> {
    for (let next = await this.#copy(signal); next !== undefined; next = await this.#copy(signal)) {
      const { source, storage } = next;
      try {
        const archive = await unlessAborted(signal, openExpected(this.#backup, source, this.#identities));
        this.#current = { archive, url: storage.url };
        return;
      } catch (error) {
        if (!(error instanceof OperationFailure) || signal.aborted) throw error;
        this.#where.log(storage.url, error);
        this.#first ??= error;
      }
    }
    throw this.#first;
  }

  /** A disk that hangs never answers. */
  async #copy(signal: AbortSignal): Promise<ReadableCopy | undefined> {
    const { value, done } = await unlessAborted(signal, this.#where.copies.next());
    return done ? undefined : value;
  }
}

/** What the ledger says of the archive holds for its manifest; and by that for every document that is compared with it. */
async function openExpected(
  { backupId, sealed }: BackupState,
  source: ArchiveSource,
  identities: readonly AgeIdentity[],
): Promise<OpenArchive> {
  if (sealed === null) throw new Error(`backup ${backupId} is completed but was never sealed`);
  const { sizeBytes, manifestDigest } = sealed;
  if (source.sizeBytes !== sizeBytes) throw damaged(`the file has ${source.sizeBytes} bytes instead of ${sizeBytes}`);
  const archive = await openArchive(source, { identities });
  if (archive.manifestDigest !== manifestDigest) throw damaged('its manifest is another one');
  return archive;
}

function damaged(how: string): OperationFailure {
  return new OperationFailure('archive-damaged', `The archive is damaged: ${how}.`);
}
