// One pass over the destination: what lies there is compared with what the ledger says. Unfinished uploads and archives that
// nobody owns go, archives that it does not know are reported, and backups whose file is gone are recorded as missing. Each
// step looks again right before it acts, so that passes of several servers, commits and deletions may happen at once.
import type { Reconciliation } from '@holdfast/shared/destination';
import { type Failure, OperationFailure } from '@holdfast/shared/failures';
import type { BackupId, DestinationId } from '@holdfast/shared/ids';
import { removeUnlessInUse } from '../commands/backups.ts';
import { execute } from '../commands/execute.ts';
import { findDestination } from '../destinations/find-destination.ts';
import type { BackupState } from '../domain/backup.ts';
import { copiesOf, missCopy } from '../domain/copies.ts';
import { isOpenOperation } from '../domain/operation.ts';
import type { StoredBackup } from '../projections/backups.ts';
import type { StoredOperation } from '../projections/operations.ts';
import type { Services } from '../services.ts';
import { backupIdOfKey } from '../storage/archive-key.ts';
import type { ArchiveStorage } from '../storage/archive-storage.ts';
import { isDiscarded, lookIntoUnknown } from './unknown-archives.ts';
import { knownIds } from './wanted-copies.ts';

/** The latest pass over a destination, as it is kept: one document for each. */
export type StoredReconciliation = Omit<Reconciliation, 'destinationId'> & { readonly _id: DestinationId };

/** How often each destination is reconciled. */
export const reconcileEveryMs = 15 * 60_000;
/** So many unknown archives are looked into and reported. */
const unknownReported = 500;

/**
 * A pass now. What the storage refuses is the report's `problem`: without the destination's marker nothing is removed or
 * recorded. Raises LEDGER_UNAVAILABLE, and the signal's reason.
 */
export async function reconcile(
  services: Services,
  storage: ArchiveStorage,
  signal?: AbortSignal,
): Promise<Reconciliation> {
  const { reconciliations } = services;
  const destinationId = storage.id as DestinationId;
  const startedAt = performance.now();
  const previous = await reconciliations.findOne({ _id: destinationId });
  const pass = new Pass(services, storage, { previous, signal });
  const problem = await pass.run();
  const report: Omit<Reconciliation, 'destinationId'> = {
    at: new Date(services.now()).toISOString(),
    durationMs: Math.round(performance.now() - startedAt),
    worker: services.worker,
    problem,
    ...pass.found,
  };
  // What failed while it was away does not have to wait for its turn.
  if (previous?.problem && problem === null) await services.copyLeases.wake(destinationId);
  await reconciliations.replaceOne({ _id: destinationId }, report, { upsert: true });
  log(services, report);
  return { destinationId, ...report };
}

/** For the clock: a pass over each destination, unless another server had one just now. The first one of a server always runs. */
export async function reconcileOnSchedule(services: Services, signal?: AbortSignal): Promise<void> {
  for (const storage of services.destinations.all()) await reconcileInTurn(services, storage, signal);
}

async function reconcileInTurn(services: Services, storage: ArchiveStorage, signal?: AbortSignal): Promise<void> {
  const last = await services.reconciliations.findOne({ _id: storage.id as DestinationId });
  const isOfAnother = last !== null && last.worker !== services.worker && last.at > services.startedAt;
  if (isOfAnother && Math.abs(services.now() - Date.parse(last.at)) < reconcileEveryMs / 2) return;
  try {
    await reconcile(services, storage, signal);
  } catch (error) {
    // The server closes: another pass will look.
    if (!signal?.aborted) throw error;
  }
}

type Found = Pick<
  Reconciliation,
  'archives' | 'removedPartials' | 'removedArchives' | 'missing' | 'elsewhere' | 'unknown' | 'unknownTotal'
>;

class Pass {
  readonly found: Found = {
    archives: 0,
    removedPartials: [],
    removedArchives: [],
    missing: [],
    elsewhere: 0,
    unknown: [],
    unknownTotal: 0,
  };
  readonly #services: Services;
  readonly #storage: ArchiveStorage;
  readonly #previous: StoredReconciliation | null;
  readonly #signal: AbortSignal | undefined;

  constructor(
    services: Services,
    storage: ArchiveStorage,
    { previous, signal }: { readonly previous: StoredReconciliation | null; readonly signal: AbortSignal | undefined },
  ) {
    this.#services = services;
    this.#storage = storage;
    this.#previous = previous;
    this.#signal = signal;
  }

  /** The failure of the storage that ended it early; null when it came to its end. */
  async run(): Promise<Failure | null> {
    const storage = this.#storage;
    try {
      this.found.removedPartials.push(...(await storage.removePartials(() => ownedUploads(this.#services))));
      const archives = new Map<string, number>();
      for await (const { key, sizeBytes } of storage.list()) archives.set(key, sizeBytes);
      this.found.archives = archives.size;
      const completed = await completedBackups(this.#services, storage.id);
      for (const [key, sizeBytes] of archives) if (!completed.has(key)) await this.#judge(key, sizeBytes);
      for (const [key, backup] of completed) if (!archives.has(key)) await this.#miss(key, backup);
      for (const backupId of await expiredBackups(this.#services)) await this.#finishDeletion(backupId);
      if (storage.id === this.#services.destinations.main.id)
        this.found.elsewhere = await countElsewhere(this.#services);
      return null;
    } catch (error) {
      this.#signal?.throwIfAborted();
      if (error instanceof OperationFailure) return error.toFailure();
      throw error;
    }
  }

  /** An archive that no completed backup had when the list was read. */
  async #judge(key: string, sizeBytes: number): Promise<void> {
    this.#signal?.throwIfAborted();
    const id = backupIdOfKey(key);
    // Before the state: an import is recorded first, and forgotten then.
    if ((await this.#services.imports.all()).some(({ _id }) => _id === id)) return;
    if ((await this.#services.running.all()).some(({ uploadKey }) => uploadKey === key)) return;
    const state = id === undefined ? undefined : await stateOf(this.#services, id);
    if (state === undefined || !isArchiveOf(state, key, this.#storage.id)) {
      const isUnknown = state === undefined || (!isOpenOperation(state) && !(await this.#isBeingCopied(state)));
      if (isUnknown) await this.#report(key, sizeBytes);
      return;
    }
    switch (state.status) {
      case 'failed':
      case 'cancelled':
      case 'deleted':
        await this.#storage.remove(key);
        this.found.removedArchives.push({ key, backupId: state.backupId, status: state.status });
        return;
      case 'expired':
        if (await this.#finishDeletion(state.backupId))
          this.found.removedArchives.push({ key, backupId: state.backupId, status: state.status });
        return;
      case 'missing':
        await this.#report(key, sizeBytes);
        return;
      default:
      // It runs, or was completed meanwhile.
    }
  }

  /** A copy that is visible and will be recorded. */
  async #isBeingCopied({ backupId }: BackupState): Promise<boolean> {
    const place = { backupId, destinationId: this.#storage.id as DestinationId };
    return (await this.#services.copyLeases.find(place)) !== null;
  }

  /** What retention began, also when the file went and its server with it. False while somebody reads it. */
  async #finishDeletion(backupId: BackupId): Promise<boolean> {
    this.#signal?.throwIfAborted();
    const state = await stateOf(this.#services, backupId);
    if (state?.status !== 'expired' || !copiesOf(state).some((copy) => copy.destinationId === this.#storage.id))
      return false;
    return removeWhatIsThere(this.#services, backupId, { actor: systemOf(this.#services), cause: 'retention' });
  }

  async #report(key: string, sizeBytes: number): Promise<void> {
    const { found } = this;
    if (found.unknown.length < unknownReported) {
      const known = this.#previous?.unknown.find((one) => one.key === key && one.sizeBytes === sizeBytes);
      const unknown = await lookIntoUnknown(this.#services, this.#storage, { key, sizeBytes }, known?.manifest ?? null);
      if (unknown === null) return;
      if (unknown.manifest !== null && (await isDiscarded(this.#services, unknown))) {
        await this.#storage.remove(key);
        found.removedArchives.push({ key, backupId: unknown.manifest.backupId, status: 'failed' });
        return;
      }
      found.unknown.push(unknown);
    }
    found.unknownTotal += 1;
  }

  /** A completed backup whose file was not on the list, which may have been older than its commit or younger than its end. */
  async #miss(key: string, { _id, deploymentName }: CompletedBackup): Promise<void> {
    this.#signal?.throwIfAborted();
    const { ledger } = this.#services;
    const storage = this.#storage;
    const backupId = _id as BackupId;
    const state = await stateOf(this.#services, backupId);
    if (state?.status !== 'completed') return;
    if ((await storage.stat(key)) !== undefined) return;
    const stream = `backup:${backupId}` as const;
    const destination = await findDestination(this.#services.destinations, storage.id);
    const known = knownIds(this.#services);
    const events = await execute(ledger, {
      actor: systemOf(this.#services),
      correlationId: backupId,
      reads: [stream],
      decide: (read) => missCopy(read(stream), { backupId, destination, known }),
    });
    if (events.length > 0) this.found.missing.push({ backupId, deploymentName, key });
  }
}

/** Of running operations first: one that is sealed in between is still among them. */
async function ownedUploads(services: Services): Promise<ReadonlySet<string>> {
  const owned = new Set((await services.running.all()).flatMap(({ uploadToken }) => uploadToken ?? []));
  for (const { uploadToken } of await services.imports.all()) owned.add(uploadToken);
  for (const token of await services.copyLeases.tokens()) owned.add(token);
  const operations = await services.ledger.readModel<StoredOperation>('operations');
  for await (const { _id } of operations.find({ kind: 'backup', status: 'sealed' })) {
    const state = await stateOf(services, _id as BackupId);
    if (state?.sealed) owned.add(state.sealed.upload);
  }
  return owned;
}

interface CompletedBackup {
  readonly _id: string;
  readonly filePath: string | null;
  readonly deploymentName: string;
}

/** Those with a copy at this destination, by the key of the archive. */
async function completedBackups(services: Services, destinationId: string): Promise<Map<string, CompletedBackup>> {
  const backups = await services.ledger.readModel<StoredBackup>('backups');
  const fields = { filePath: 1, deploymentName: 1 };
  const isHere = { [`copies.${destinationId}.state`]: 'stored' };
  const completed = backups.find({ status: 'completed', ...isHere }).project<CompletedBackup>(fields);
  const byKey = new Map<string, CompletedBackup>();
  for await (const backup of completed) if (backup.filePath !== null) byKey.set(backup.filePath, backup);
  return byKey;
}

/** Completed backups that no destination has which is known here. */
async function countElsewhere(services: Services): Promise<number> {
  const backups = await services.ledger.readModel<StoredBackup>('backups');
  const isHere = knownIds(services).map((id) => ({ [`copies.${id}.state`]: 'stored' }));
  return backups.countDocuments({ status: 'completed', $nor: isHere });
}

/** One copy that is out of reach keeps it expired; the next pass tries again. */
async function removeWhatIsThere(
  ...[services, backupId, order]: Parameters<typeof removeUnlessInUse>
): Promise<boolean> {
  try {
    return await removeUnlessInUse(services, backupId, order);
  } catch (error) {
    if (!(error instanceof OperationFailure)) throw error;
    services.logger.warn({ backupId, err: error }, 'an expired backup could not be removed everywhere yet');
    return false;
  }
}

async function expiredBackups(services: Services): Promise<BackupId[]> {
  const backups = await services.ledger.readModel<StoredBackup>('backups');
  return (await backups.find({ status: 'expired' }).project<{ _id: BackupId }>({ _id: 1 }).toArray()).map(
    ({ _id }) => _id,
  );
}

function stateOf(services: Services, backupId: BackupId): Promise<BackupState | undefined> {
  return services.ledger.state(`backup:${backupId}`) as Promise<BackupState | undefined>;
}

function isArchiveOf(state: BackupState, key: string, destination: string): boolean {
  return copiesOf(state).some((copy) => copy.key === key && copy.destinationId === destination);
}

function systemOf(services: Services) {
  return { kind: 'system', id: services.instanceId } as const;
}

function log(services: Services, report: Omit<Reconciliation, 'destinationId'>): void {
  const { problem, archives, removedPartials, removedArchives, missing, unknownTotal, durationMs } = report;
  const facts = { archives, removedPartials, removedArchives, missing, unknownTotal, durationMs };
  if (problem !== null) services.logger.warn({ ...facts, problem }, 'the destination could not be reconciled');
  else if (missing.length > 0) services.logger.error(facts, 'archives are missing at the destination');
  else if (removedPartials.length + removedArchives.length > 0)
    services.logger.info(facts, 'the destination was cleaned');
  else services.logger.debug(facts, 'the destination was reconciled');
}
