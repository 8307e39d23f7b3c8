// One restore, from the claim to its end: verify the archive -> stage -> prove -> swap. Before the swap nothing live is
// touched: a copy goes into databases that do not exist yet, a restore in place into shadow collections beside the live ones.

import { AppError } from '@holdfast/shared/errors';
import { OperationFailure } from '@holdfast/shared/failures';
import type { DeploymentId, RestoreId } from '@holdfast/shared/ids';
import type { ManifestNamespace } from '@holdfast/shared/manifest';
import type { MongoClient } from 'mongodb';
import type { AgeIdentity } from '../archive/age/age-keys.ts';
import { ArchiveProgress } from '../archive/archive-progress.ts';
import { type ArchiveSource, type OpenArchive, openArchive } from '../archive/open-archive.ts';
import { verifyArchive } from '../archive/verify-archive.ts';
import { connectionStringOf } from '../commands/connection-string-of.ts';
import { excludedFrom } from '../commands/excluded.ts';
import { execute } from '../commands/execute.ts';
import { readableCopies } from '../destinations/readable-copy.ts';
import { type BackupState, requireCompleted } from '../domain/backup.ts';
import type { DeploymentState } from '../domain/deployment.ts';
import {
  cancelRestore,
  startRestore as claimRestore,
  completeRestore,
  failRestore,
  type RestoreState,
  stageRestore,
  swapRestore,
} from '../domain/restore.ts';
import { canBeRenamed, shadowName, targetDatabase } from '../domain/restore-names.ts';
import { type DeploymentAddress, parseConnectionString, throughSet } from '../engine/connection-string.ts';
import { connectDeployment, inspectDeployment } from '../engine/inspect-deployment.ts';
import { unlessAborted } from '../engine/unless-aborted.ts';
import { throughFailover } from '../ledger/through-failover.ts';
import type { StoredOperation } from '../projections/operations.ts';
import type { Services } from '../services.ts';
import { shareArchive } from './archive-leases.ts';
import { feedRestore } from './feed-restore.ts';
import { type OperationRun, startOperationRun, type Totals } from './operation-run.ts';
import { proveNamespaces, type StagedNamespace } from './prove-restore.ts';
import { recordOutcome, toFailure } from './record-outcome.ts';
import { CancelRequested, isFenced } from './stop-reason.ts';
import { swapIn } from './swap-shadows.ts';
import { type Attempt, takeBack } from './take-back.ts';

/** Claims and runs a requested restore; resolves when its outcome is in the ledger. Raises WRONG_WORKER when another has it. */
export async function runRestore(
  services: Services,
  operation: StoredOperation,
  controller: AbortController,
): Promise<void> {
  const restoreId = operation._id as RestoreId;
  const deploymentId = operation.deploymentId as DeploymentId;
  const limits = await services.limits(operation);
  const startedAt = performance.now();
  const { deploymentName, actor } = operation;
  const holder = { kind: 'restore', actor } as const;
  const facts = { operationId: restoreId, deploymentId, deploymentName, holder, limits };
  const run = await startOperationRun(services, facts, controller);
  if (run === null) throw new AppError('WRONG_WORKER', { id: restoreId });
  const attempt: Attempt = { liveData: 'untouched', address: null, swaps: [], createdDatabases: [] };
  try {
    await services.failpoint('claimed');
    const { worker } = services;
    await recordOutcome(services, () =>
      change(services, restoreId, (state) => claimRestore(state, { restoreId, deploymentId, worker })),
    );
    await services.failpoint('started');
    const done = await bringBack(services, run, attempt, restoreId);
    await services.failpoint('completed-restore');
    run.requireLease();
    const data = { restoreId, deploymentId, worker, liveData: attempt.liveData, ...done };
    const durationMs = Math.round(performance.now() - startedAt);
    await recordOutcome(services, () =>
      change(services, restoreId, (state) => completeRestore(state, { ...data, durationMs })),
    );
  } catch (error) {
    await endBadly(services, run, attempt, restoreId, error).catch(async (left: unknown) => {
      await run.leave();
      throw left;
    });
  }
  await run.end();
}

/** What every step of the work needs. */
interface Work {
  readonly services: Services;
  readonly run: OperationRun;
  readonly attempt: Attempt;
  readonly restore: RestoreState;
  readonly archive: OpenArchive;
  readonly client: MongoClient;
  readonly address: DeploymentAddress;
  readonly namespaces: readonly ManifestNamespace[];
}

async function bringBack(services: Services, run: OperationRun, attempt: Attempt, restoreId: RestoreId) {
  const restore = (await services.ledger.state(`restore:${restoreId}`)) as RestoreState;
  await using _archiveInUse = await shareArchive(services, restore.backupId, { kind: 'restore' });
  const archive = await verifiedArchive(services, run, restore);
  const deployment = (await services.ledger.state(`deployment:${restore.deploymentId}`)) as DeploymentState;
  const address = parseConnectionString(await throughFailover(() => connectionStringOf(services, deployment.facts)));
  attempt.address = address;
  await using client = await connectDeployment(address, { signal: run.signal });
  const server = await unlessAborted(run.signal, inspectDeployment(client));
  const exclude = excludedFrom(services.ledgerPlace, server);
  const namespaces = archive.manifest.namespaces.filter(({ database, collection }) => !exclude(database, collection));
  const work: Work = {
    services,
    run,
    attempt,
    restore,
    archive,
    client,
    address: throughSet(address, server),
    namespaces,
  };
  const databases = restore.target.kind === 'copy' ? await restoreCopy(work) : await restoreInPlace(work);
  run.phase('finish');
  return {
    databases,
    documents: namespaces.reduce((total, { documents }) => total + documents, 0),
    collections: namespaces.length,
  };
}

/**
 * The whole archive is re-read before anything is changed: the first copy of it that proves whole. Throws `archive-damaged`,
 * `storage-missing`, `destination-unavailable`, what the first one said, when none does.
 */
async function verifiedArchive(services: Services, run: OperationRun, restore: RestoreState): Promise<OpenArchive> {
  const backup = requireCompleted(
    (await services.ledger.state(`backup:${restore.backupId}`)) as BackupState,
    restore.backupId,
  );
  const identities = await throughFailover(() => services.keys.identities());
  let first: unknown;
  for await (const { source, storage } of readableCopies(services, backup)) {
    try {
      return await verifiedCopy(run, backup, { source, identities });
    } catch (error) {
      if (!(error instanceof OperationFailure) || run.signal.aborted) throw error;
      first ??= error;
      services.logger.warn({ operationId: restore.restoreId, url: storage.url, err: error }, 'a copy is not whole');
    }
  }
  throw first;
}

async function verifiedCopy(
  run: OperationRun,
  { backupId, sealed }: BackupState,
  archive: { readonly source: ArchiveSource; readonly identities: readonly AgeIdentity[] },
): Promise<OpenArchive> {
  if (sealed === null) throw new Error(`backup ${backupId} is completed but was never sealed`);
  const progress = new ArchiveProgress();
  run.phase('verify', progress, { bytes: sealed.rawBytes, documents: sealed.documents, namespaces: new Map() });
  await verifyArchive({ ...archive, expected: sealed, progress, signal: run.signal });
  return openArchive(archive.source, { identities: archive.identities });
}

async function restoreCopy(work: Work): Promise<string[]> {
  const { restore, client, namespaces, attempt, run } = work;
  const staged = namespaces.map((namespace): StagedNamespace => {
    const { database, collection } = namespace;
    return { namespace, database: targetDatabase(restore.target, database), collection };
  });
  const databases = [...new Set(staged.map(({ database }) => database))];
  await unlessAborted(run.signal, requireAbsent(client, databases));
  await run.note({ createdDatabases: databases });
  attempt.createdDatabases = databases;
  await stage(work, staged, { drop: false });
  await prove(work, staged);
  return databases;
}

/** Collections by shadow and rename; what no rename can replace (time-series, views) last, in place. */
async function restoreInPlace(work: Work): Promise<string[]> {
  const { services, run, attempt, restore, client, namespaces } = work;
  const { restoreId, deploymentId } = restore;
  const renamed = namespaces.filter(canBeRenamed);
  const staged = renamed.map(
    (namespace, index): StagedNamespace => ({
      namespace,
      database: namespace.database,
      collection: shadowName(restoreId, index),
    }),
  );
  attempt.swaps = staged.map(({ namespace, database, collection }) => ({
    database,
    live: namespace.collection,
    shadow: collection,
  }));
  await stage(work, staged, { drop: false });
  await prove(work, staged);
  run.signal.throwIfAborted();
  run.liftTimeLimit();
  run.requireLease();
  const data = { restoreId, deploymentId, worker: services.worker, swaps: [...attempt.swaps] };
  await recordOutcome(services, () => change(services, restoreId, (state) => stageRestore(state, data)));
  await services.failpoint('staged');
  run.phase('swap');
  // From here on the restore rolls forward: a cancel comes too late, and the time limit was lifted.
  await swapIn(client, attempt.swaps, {
    before: () => {
      run.requireLease();
      attempt.liveData = 'partly-replaced';
    },
    after: () => services.failpoint('swapping'),
  });
  await recordOutcome(services, () =>
    change(services, restoreId, (state) => swapRestore(state, { restoreId, deploymentId, worker: services.worker })),
  );
  await replaceInPlace(work);
  attempt.liveData = 'replaced';
  return [...new Set(namespaces.map(({ database }) => database))];
}

async function replaceInPlace(work: Work): Promise<void> {
  const last = work.namespaces
    .filter((namespace) => !canBeRenamed(namespace))
    .map(
      (namespace): StagedNamespace => ({ namespace, database: namespace.database, collection: namespace.collection }),
    );
  if (last.length === 0) return;
  work.attempt.liveData = 'partly-replaced';
  await stage(work, last, { drop: true });
  await proveNamespaces(work.client, last, { signal: AbortSignal.timeout(3_600_000) });
}

async function stage(
  work: Work,
  staged: readonly StagedNamespace[],
  options: { readonly drop: boolean },
): Promise<void> {
  if (staged.length === 0) return;
  const { run, services, archive, address } = work;
  const progress = new ArchiveProgress();
  if (!options.drop) run.phase('stage', progress, totalsOf(staged));
  // What replaces live data in place is not stopped half-way.
  const signal = options.drop ? new AbortController().signal : run.signal;
  const outcome = await feedRestore(services, { archive, address, staged, progress, signal, drop: options.drop, run });
  const expected = staged
    .filter(({ namespace }) => namespace.type !== 'view')
    .reduce((total, { namespace }) => total + namespace.documents, 0);
  if (outcome.restored === expected) return;
  throw new OperationFailure('restore-incomplete', `${outcome.restored} of ${expected} documents were restored.`, {
    stderrTail: outcome.stderrTail,
  });
}

async function prove(work: Work, staged: readonly StagedNamespace[]): Promise<void> {
  const progress = new ArchiveProgress();
  work.run.phase('prove', progress, totalsOf(staged));
  const { signal } = work.run;
  await unlessAborted(signal, proveNamespaces(work.client, staged, { progress, signal }));
}

async function requireAbsent(client: MongoClient, databases: readonly string[]): Promise<void> {
  for (const database of databases) {
    const found = await client.db(database).listCollections({}, { nameOnly: true }).toArray();
    if (found.length > 0) {
      throw new OperationFailure(
        'restore-incomplete',
        `The database ${database} was made since the plan; nothing was changed.`,
      );
    }
  }
}

/**
 * Takes back what the attempt made, then records the end. Throws, with everything left to the supervisor and the failure noted for
 * it, when this worker is fenced, when live data is half swapped (then only forward leads out), and when the deployment does not
 * let itself be cleaned up now.
 */
async function endBadly(
  services: Services,
  run: OperationRun,
  attempt: Attempt,
  restoreId: RestoreId,
  error: unknown,
): Promise<void> {
  if (isFenced(run, error)) throw error;
  run.liftTimeLimit();
  const { signal } = run;
  const cause = signal.aborted && signal.reason instanceof OperationFailure ? signal.reason : error;
  const failure = toFailure(services, restoreId, cause);
  const { liveData } = attempt;
  await takeBack(services, run, attempt, restoreId).catch(async (left: unknown) => {
    await run.note({ failure });
    throw left;
  });
  run.requireLease();
  await recordOutcome(services, () =>
    change(services, restoreId, (state) =>
      liveData === 'untouched' && signal.reason instanceof CancelRequested
        ? cancelRestore(state, { restoreId, by: services })
        : failRestore(state, { restoreId, by: services, failure, liveData }),
    ),
  );
}

function totalsOf(staged: readonly StagedNamespace[]): Totals {
  return {
    bytes: staged.reduce((total, { namespace }) => total + namespace.bytes, 0),
    documents: staged.reduce((total, { namespace }) => total + namespace.documents, 0),
    namespaces: new Map(
      staged.map(({ namespace }) => [`${namespace.database}.${namespace.collection}`, namespace.documents]),
    ),
  };
}

function change(
  services: Services,
  restoreId: RestoreId,
  decide: (state: RestoreState | undefined) => ReturnType<typeof claimRestore>,
) {
  const stream = `restore:${restoreId}` as const;
  return execute(services.ledger, {
    actor: { kind: 'system', id: services.instanceId },
    correlationId: restoreId,
    reads: [stream],
    decide: (state) => decide(state(stream)),
  });
}
