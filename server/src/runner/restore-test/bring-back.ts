// The middle of a restore test: an archive into an empty place, and everything in it read back and compared.
import { performance } from 'node:perf_hooks';
import { OperationFailure } from '@holdfast/shared/failures';
import type { ManifestNamespace } from '@holdfast/shared/manifest';
import { ArchiveProgress } from '../../archive/archive-progress.ts';
import type { OpenArchive } from '../../archive/open-archive.ts';
import { dataOf } from '../../archive/users-and-roles.ts';
import { readableCopies } from '../../destinations/readable-copy.ts';
import type { BackupState } from '../../domain/backup.ts';
import { unlessAborted } from '../../engine/unless-aborted.ts';
import { throughFailover } from '../../ledger/through-failover.ts';
import type { Services } from '../../services.ts';
import { ArchiveCopies } from '../restore/archive-copies.ts';
import { FeedFailed, feedRestore } from '../restore/feed-restore.ts';
import { proveNamespaces, type StagedNamespace } from '../restore/prove-namespaces.ts';
import type { TtlWay } from '../restore/ttl-indexes.ts';
import type { ShownRestoreTest } from './running-restore-tests.ts';
import type { OpenPlace, TestPlace } from './test-place.ts';
import { watchedProcess } from './watched-process.ts';

export interface BringingBack {
  readonly backup: BackupState & { readonly sealed: NonNullable<BackupState['sealed']> };
  readonly place: TestPlace;
  readonly shown: ShownRestoreTest;
  readonly signal: AbortSignal;
}

export interface BroughtBack {
  /** From the first byte read to the last document written and the last index built. */
  readonly restoreMs: number;
  readonly documents: number;
  readonly collections: number;
}

/**
 * Restores the first copy of the archive that is whole, and proves it. Nothing is left of it. Throws OperationFailure
 * (`archive-damaged`, `restore-incomplete` and what stands in the way), what the first copy said; and the signal's reason.
 */
export async function bringBack(services: Services, work: BringingBack): Promise<BroughtBack> {
  const { backup, signal } = work;
  const identities = await throughFailover(() => services.keys.identities());
  const log = (url: string, err: unknown) =>
    services.logger.warn({ backupId: backup.backupId, url, err }, 'a copy of the archive cannot be restored from');
  const copies = new ArchiveCopies(backup, identities, { copies: readableCopies(services, backup), log });
  await unlessAborted(signal, copies.open(signal));
  for (;;) {
    try {
      return await bringBackCopy(services, work, copies.current);
    } catch (error) {
      if (!(error instanceof FeedFailed)) throw error;
      const { cause } = error;
      if (signal.aborted || !(cause instanceof OperationFailure) || cause.reason !== 'archive-damaged') throw cause;
      await unlessAborted(signal, copies.next(cause, signal));
    }
  }
}

async function bringBackCopy(services: Services, work: BringingBack, archive: OpenArchive): Promise<BroughtBack> {
  const { backup, shown } = work;
  shown.phase('starting');
  const namespaces = dataOf(archive.manifest.namespaces).filter(({ database }) => !serverDatabases.has(database));
  const databases = [...new Set(namespaces.map(({ database }) => database))];
  const needsReplicaSet = namespaces.some(({ options }) => options.encryptedFields !== undefined);
  const test = { backupId: backup.backupId, databases, needsReplicaSet, signal: work.signal, shown };
  await using place = await work.place.open(test);
  const signal = AbortSignal.any([work.signal, place.lost]);
  try {
    return await restoreAndCompare(services, { ...work, signal }, { archive, place, namespaces });
  } catch (error) {
    // Whatever came of it: its cause is that the place is gone.
    place.lost.throwIfAborted();
    throw error;
  }
}

/** A test has no users and roles. */
const serverDatabases: ReadonlySet<string> = new Set(['admin', 'config', 'local']);

interface Opened {
  readonly archive: OpenArchive;
  readonly place: OpenPlace;
  readonly namespaces: readonly ManifestNamespace[];
}

async function restoreAndCompare(
  services: Services,
  { shown, signal }: BringingBack,
  { archive, place, namespaces }: Opened,
): Promise<BroughtBack> {
  const staged = namespaces.map((namespace): StagedNamespace => {
    const { database, collection } = namespace;
    return { namespace, database: place.database(database), collection };
  });
  const restored = new ArchiveProgress();
  shown.phase('restoring', restored);
  const startedAt = performance.now();
  await restore(services, { archive, place, staged, progress: restored, signal });
  const restoreMs = Math.round(performance.now() - startedAt);
  await services.failpoint('restored');
  const compared = new ArchiveProgress();
  shown.phase('comparing', compared);
  const proof = { archive, ...waysOf(place), progress: compared, signal };
  await unlessAborted(signal, proveNamespaces(place.client, staged, proof));
  return { restoreMs, documents: documentsOf(namespaces), collections: namespaces.length };
}

/** Where documents may expire, TTL indexes are restored as ordinary ones, so that none does. */
function waysOf({ expires }: OpenPlace): { readonly ttl?: TtlWay; readonly nothingExpires?: boolean } {
  return expires ? { ttl: 'leave-out' } : { nothingExpires: true };
}

interface Feeding {
  readonly archive: OpenArchive;
  readonly place: OpenPlace;
  readonly staged: readonly StagedNamespace[];
  readonly progress: ArchiveProgress;
  readonly signal: AbortSignal;
}

const stallLimitMs = 10 * 60_000;

async function restore(services: Services, { archive, place, staged, progress, signal }: Feeding): Promise<void> {
  using watched = new DisposableStack();
  const run = {
    facts: { limits: { stallLimitMs } },
    note: async ({ child }: { readonly child?: Parameters<typeof watchedProcess>[1] | null }) => {
      if (child) watched.use(watchedProcess(services, child));
    },
    requireLease: () => signal.throwIfAborted(),
  };
  const { address } = place;
  const { ttl } = waysOf(place);
  const feeding = { archive, address, staged, ttl, progress, signal, run };
  const { restored } = await feedRestore(services, feeding);
  const expected = documentsOf(staged.map(({ namespace }) => namespace));
  if (restored !== expected)
    throw new OperationFailure('restore-incomplete', `${restored} of ${expected} documents were restored.`);
}

function documentsOf(namespaces: readonly ManifestNamespace[]): number {
  return namespaces.reduce((total, { type, documents }) => total + (type === 'view' ? 0 : documents), 0);
}
