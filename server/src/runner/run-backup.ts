// One backup, from the claim to its end: dump -> archive -> sealed -> visible -> completed. The archive becomes visible only
// after the tool exited 0, every namespace was seen to its end, and the bytes are durable. Knows nothing of schedules.

import type { BackupEncryption } from '@holdfast/shared/encryption';
import { AppError } from '@holdfast/shared/errors';
import { OperationFailure } from '@holdfast/shared/failures';
import type { BackupId, DeploymentId, DestinationId, PolicyId } from '@holdfast/shared/ids';
import type { Manifest } from '@holdfast/shared/manifest';
import { ArchiveProgress } from '../archive/archive-progress.ts';
import { archiveTotals, holdsUsersAndRoles } from '../archive/users-and-roles.ts';
import { type WrittenArchive, writeArchive } from '../archive/write-archive.ts';
import { connectionStringOf } from '../commands/connection-string-of.ts';
import { excludedFrom } from '../commands/excluded.ts';
import { execute } from '../commands/execute.ts';
import {
  type BackupState,
  cancelBackup,
  completeBackup,
  failBackup,
  sealBackup,
  startBackup,
} from '../domain/backup.ts';
import type { DeploymentState } from '../domain/deployment.ts';
import { parseConnectionString, throughSet } from '../engine/connection-string.ts';
import { connectDeployment, type FoundNamespace, inspectDeployment } from '../engine/inspect-deployment.ts';
import { readOptime } from '../engine/read-optime.ts';
import { unlessAborted } from '../engine/unless-aborted.ts';
import { everHadUsers } from '../engine/users-and-roles.ts';
import { midway } from '../failpoints.ts';
import type { Recipients } from '../keys/keyring.ts';
import { throughFailover } from '../ledger/through-failover.ts';
import type { StoredOperation } from '../projections/operations.ts';
import type { Services } from '../services.ts';
import { archiveKey } from '../storage/archive-key.ts';
import type { Upload } from '../storage/archive-storage.ts';
import { beginUpload, usualRatio } from './begin-upload.ts';
import { dumpInto } from './dump-into.ts';
import { dumpImpact, impactOf } from './impact.ts';
import { manifestBase } from './manifest-base.ts';
import { type OperationRun, startOperationRun } from './operation-run.ts';
import { recordOutcome, toFailure } from './record-outcome.ts';
import { listDeployment, requireComplete } from './require-complete.ts';
import { CancelRequested, isFenced } from './stop-reason.ts';

/** Claims and runs a requested backup; resolves when its outcome is in the ledger. Raises WRONG_WORKER when another has it. */
export async function runBackup(
  services: Services,
  operation: StoredOperation,
  controller: AbortController,
): Promise<void> {
  const backupId = operation._id as BackupId;
  const deploymentId = operation.deploymentId as DeploymentId;
  const limits = await services.limits(operation);
  const startedAt = performance.now();
  const { deploymentName, actor } = operation;
  const holder = { kind: 'backup', actor } as const;
  const facts = { operationId: backupId, deploymentId, deploymentName, holder, limits };
  const run = await startOperationRun(services, facts, controller);
  if (run === null) throw new AppError('WRONG_WORKER', { id: backupId });
  const attempt: Attempt = { upload: null, isVisible: false };
  try {
    await services.failpoint('claimed');
    const { worker } = services;
    await recordOutcome(services, () =>
      change(services, backupId, (state) => startBackup(state, { backupId, deploymentId, worker })),
    );
    await services.failpoint('started');
    await backUp(services, run, attempt, backupId);
    const durationMs = Math.round(performance.now() - startedAt);
    await recordOutcome(services, () =>
      change(services, backupId, (state) => completeBackup(state, { backupId, by: services, durationMs })),
    );
  } catch (error) {
    await endBadly(services, run, attempt, backupId, error).catch(async (left: unknown) => {
      await run.leave();
      throw left;
    });
  }
  await run.end();
}

interface Attempt {
  upload: Upload | null;
  /** The archive has its key. */
  isVisible: boolean;
}

async function backUp(services: Services, run: OperationRun, attempt: Attempt, backupId: BackupId): Promise<void> {
  const deployment = (await services.ledger.state(`deployment:${run.facts.deploymentId}`)) as DeploymentState;
  const address = parseConnectionString(await throughFailover(() => connectionStringOf(services, deployment.facts)));
  await using client = await connectDeployment(address, { signal: run.signal });
  const server = await unlessAborted(run.signal, inspectDeployment(client));
  const { database } = deployment.facts;
  const exclude = excludedFrom(services.ledgerPlace, server);
  const list = () => unlessAborted(run.signal, listDeployment(client, { database, exclude }));
  const before = await list();
  if (before.namespaces.length === 0) throw nothingThere(database, deployment.facts.name);
  const { recipients, encryption } = await throughFailover(() => recipientsOf(services, backupId));

  const key = archiveKey({
    deploymentName: deployment.facts.name,
    at: new Date(services.now()).toISOString(),
    backupId,
  });
  const policyImpact = await impactOf(services, backupId);
  const usersAndRoles = policyImpact.usersAndRoles && (await unlessAborted(run.signal, everHadUsers(client)));
  const impact = { ...policyImpact, usersAndRoles };
  const { upload, destinationId } = await beginUpload(services, run, {
    ...{ key, policyId: await policyOf(services, backupId), impact },
    expectedBytes: totalsOf(before.namespaces).bytes / usualRatio,
  });
  attempt.upload = upload;
  const progress = new ArchiveProgress();
  const start = await unlessAborted(run.signal, readOptime(client));
  const what = { address: throughSet(address, server), database, ...dumpImpact(impact) };
  const written = await dumpInto(services, run, what, async (dump) => {
    run.phase('dump', progress, totalsOf(before.namespaces));
    return writeArchive({
      source: midway(dump.stdout, 'mid-stream', services.failpoint),
      givesChunksAway: true,
      sourceEnded: dump.exited,
      output: upload.body,
      exclude: impact.usersAndRoles ? (...name) => exclude(...name) && !holdsUsersAndRoles(...name) : exclude,
      recipients,
      manifest: await manifestBase(services, deployment, server, backupId),
      atEnd: async () => ({ optimes: { start, end: await unlessAborted(run.signal, readOptime(client)) } }),
      progress,
      signal: run.signal,
    });
  });
  requireComplete(before, await list(), written.manifest);
  if (impact.usersAndRoles) requireUsers(written.manifest);

  run.phase('seal', progress, totalsOf(before.namespaces));
  await upload.seal();
  run.signal.throwIfAborted();
  run.requireLease();
  run.liftTimeLimit();
  await recordOutcome(services, () =>
    change(services, backupId, (state) =>
      sealBackup(state, sealedFacts(services, run, upload, { destinationId, key, backupId, written, encryption })),
    ),
  );
  await services.failpoint('sealed');
  run.requireLease();
  await upload.commit();
  attempt.isVisible = true;
  await services.failpoint('renamed');
}

/**
 * The attempt ends as cancelled or failed. Throws, with everything left to the supervisor and the failure noted for it, when this
 * worker is fenced, when the archive is visible (then only forward leads out), and when the destination does not let itself be
 * cleaned up now.
 */
async function endBadly(
  services: Services,
  run: OperationRun,
  attempt: Attempt,
  backupId: BackupId,
  error: unknown,
): Promise<void> {
  if (isFenced(run, error) || attempt.isVisible) throw error;
  run.liftTimeLimit();
  const { signal } = run;
  const cancelled = signal.reason instanceof CancelRequested;
  const cause = signal.aborted && signal.reason instanceof OperationFailure ? signal.reason : error;
  const failure = toFailure(services, backupId, cause);
  await attempt.upload?.abort().catch(async (left: unknown) => {
    await run.note({ failure });
    throw left;
  });
  run.requireLease();
  await recordOutcome(services, () =>
    change(services, backupId, (state) =>
      cancelled
        ? cancelBackup(state, { backupId, by: services })
        : failBackup(state, { backupId, by: services, failure }),
    ),
  );
}

function change(
  services: Services,
  backupId: BackupId,
  decide: (state: Parameters<typeof startBackup>[0]) => ReturnType<typeof startBackup>,
) {
  const stream = `backup:${backupId}` as const;
  return execute(services.ledger, {
    actor: { kind: 'system', id: services.instanceId },
    correlationId: backupId,
    reads: [stream],
    decide: (state) => decide(state(stream)),
  });
}

/** As the policy that the backup belongs to says now. */
async function recipientsOf(services: Services, backupId: BackupId): Promise<Recipients> {
  return services.keys.recipientsFor(await policyOf(services, backupId));
}

async function policyOf({ ledger }: Services, backupId: BackupId): Promise<PolicyId | null> {
  return ((await ledger.state(`backup:${backupId}`)) as BackupState).policyId;
}

function sealedFacts(
  services: Services,
  run: OperationRun,
  upload: Upload,
  archive: {
    readonly destinationId: string;
    readonly key: string;
    readonly backupId: BackupId;
    readonly written: WrittenArchive;
    readonly encryption: BackupEncryption | undefined;
  },
) {
  const { manifest, sizeBytes, sha256, manifestDigest } = archive.written;
  return {
    backupId: archive.backupId,
    deploymentId: run.facts.deploymentId,
    worker: services.worker,
    upload: upload.token,
    destinationId: archive.destinationId as DestinationId,
    key: archive.key,
    sizeBytes,
    sha256,
    manifestDigest,
    toolVersion: manifest.tool.version,
    serverVersion: manifest.server.version,
    ...archiveTotals(manifest),
    ...(manifest.optimes && { optimes: manifest.optimes }),
    ...(archive.encryption === undefined ? {} : { encryption: archive.encryption }),
  };
}

function nothingThere(database: string | null, deployment: string): OperationFailure {
  const message =
    database === null
      ? `${deployment} has no collection to back up.`
      : `The database ${database} of ${deployment} has no collection.`;
  return new OperationFailure('database-missing', message);
}

function requireUsers({ usersAndRoles }: Manifest): void {
  if (usersAndRoles !== undefined) return;
  throw new OperationFailure('dump-incomplete', 'The users and roles that the policy asks for are not in the dump.');
}

function totalsOf(namespaces: readonly FoundNamespace[]) {
  const sum = (of: (namespace: FoundNamespace) => number) =>
    namespaces.reduce((total, namespace) => total + of(namespace), 0);
  return {
    bytes: sum(({ bytes }) => bytes),
    documents: sum(({ documents }) => documents),
    namespaces: new Map(
      namespaces.map((namespace) => [`${namespace.database}.${namespace.collection}`, namespace.documents]),
    ),
  };
}
