// The plan of a restore, made before anything changes: what the backup holds against what is there.
import { AppError } from '@holdfast/shared/errors';
import type { BackupId, PlanId } from '@holdfast/shared/ids';
import type { RestoreOptions, RestoreTarget } from '@holdfast/shared/restore';
import type { PlanNamespace, RestorePlan } from '@holdfast/shared/restore-plan';
import { v7 as uuid } from 'uuid';
import { holdsUsersAndRoles } from '../../archive/users-and-roles.ts';
import { type BackupState, requireCompleted } from '../../domain/backup.ts';
import { confirmationPhrase } from '../../domain/restore-names.ts';
import { isShardingInTheWay, type RestoreScope, viewsWithoutBase, wayOf } from '../../domain/restore-scope.ts';
import { safetyNamespaces } from '../../domain/safety-backup.ts';
import { viewsInTheWay } from '../../domain/views-in-the-way.ts';
import { type DiskSpace, diskSpace } from '../../engine/disk-space.ts';
import { explained } from '../../engine/driver-failure.ts';
import { type OplogSize, oplogSize } from '../../engine/oplog-size.ts';
import { findSwapMethod } from '../../engine/swap-method.ts';
import type { Services } from '../../services.ts';
import { missingRights, unmergeNeeds } from '../missing-rights.ts';
import { refuseUnreadable } from '../refuse-unreadable.ts';
import { resolveTarget } from '../restore-target.ts';
import { compareUsers } from './compare-users.ts';
import { countExpiring } from './count-expiring.ts';
import { differenceOf } from './difference.ts';
import { expectedDuration } from './expected-duration.ts';
import { type LiveNamespaces, lookAtLive, nameOf, refuseOtherCase, sizesOf } from './look-at-live.ts';
import { liveDigest, type Prospect, withProspect } from './prospect.ts';
import { type FoundRights, lookForTimestamps, rightsOf } from './rights.ts';
import { safetyBackupOf } from './safety-backup-of.ts';
import { oplogGrowth, spaceOf } from './space.ts';
import { keepPlan } from './stored-plans.ts';
import { type FoundBeside, type UnwarnedPlan, warningsOf } from './warnings.ts';

/** What a restore is asked to do. */
export interface WantedRestore {
  readonly backupId: BackupId;
  readonly target: RestoreTarget;
  readonly options: RestoreOptions;
}

const validForMs = 30 * 60_000;
/** What may be spent on counting expired documents. */
const countingMs = 2_000;

/**
 * Compares archive and deployment, and keeps what it found as a plan. Changes nothing else. Raises BACKUP_NOT_FOUND,
 * BACKUP_NOT_RESTORABLE, DEPLOYMENT_NOT_FOUND, DEPLOYMENT_NOT_CONNECTED, DEPLOYMENT_UNREACHABLE, ARCHIVE_UNREADABLE,
 * COLLECTION_NOT_FOUND, NAMESPACE_PROTECTED, RESTORE_OPTIONS_INVALID, TARGET_EXISTS, TARGET_NAME_INVALID, SHARDED_UNSUPPORTED.
 */
export async function makePlan(services: Services, asked: WantedRestore): Promise<RestorePlan> {
  const { backupId, options } = asked;
  const state = (await services.ledger.state(`backup:${backupId}`)) as BackupState | undefined;
  const backup = requireCompleted(state, backupId);
  const now = new Date(services.now()).toISOString();
  const { source, deployment, target } = await resolveTarget(services, backup, asked.target, now);
  const wanted = { backup, deployment, target, options };
  const plan = await withProspect(services, wanted, async (prospect) =>
    planOf(prospect, source, await look(services, prospect)),
  );
  await keepPlan(services, plan);
  return plan;
}

/** All that has to be asked for. */
interface Looked {
  readonly nowMs: number;
  readonly live: LiveNamespaces;
  readonly namespaces: readonly PlanNamespace[];
  readonly disk: DiskSpace;
  readonly oplog: OplogSize | null;
  readonly swapMethod: RestorePlan['swapMethod'];
  readonly users: RestorePlan['users'];
  readonly rights: FoundRights;
  readonly tool: string | null;
  readonly expectedMs: number | null;
  readonly beside: FoundBeside;
}

async function look(services: Services, prospect: Prospect): Promise<Looked> {
  const { client, facts, where, target, deployment, backup, options } = prospect;
  if (isShardingInTheWay(facts, target)) throw new AppError('SHARDED_UNSUPPORTED', {});
  if (target.kind === 'original') await refuseOtherCase(client, where);
  const nowMs = services.now();
  const [{ live, namespaces, expiring }, disk, oplog, swapMethod, compared, withoutRights, timestamps] =
    await Promise.all([
      lookAtNamespaces(prospect, nowMs),
      diskSpace(client, databasesOf(prospect)),
      facts.sharded ? null : oplogSize(client),
      target.kind === 'copy' ? null : explained(() => findSwapMethod(client)),
      compareUsers(services, prospect),
      options.mode === 'merge' ? missingRights(client, unmergeNeeds(where.scope.placed)) : [],
      lookForTimestamps(prospect, countingMs),
    ]);
  const users = compared?.users ?? null;
  const inTheWay = viewsInTheWay(where.scope, live);
  if (inTheWay.length > 0)
    throw new AppError('RESTORE_OPTIONS_INVALID', { problem: 'view-collation', namespaces: inTheWay });
  const bytes = sum(namespaces.filter(isWritten), ({ bytesInBackup }) => bytesInBackup);
  const isLive = (database: string, collection: string) => live.has(`${database}.${collection}`);
  return {
    ...{ nowMs, live, namespaces, disk, oplog, swapMethod, users },
    rights: await rightsOf(prospect, { live, access: compared?.access ?? null, timestamps }),
    tool: services.tools?.mongodumpVersion ?? null,
    expectedMs: await expectedDuration(services, {
      deploymentId: deployment.deploymentId,
      sourceId: backup.deploymentId,
      bytes,
    }),
    beside: {
      withoutBase: viewsWithoutBase(where.scope, isLive).map(nameOf),
      leftOut: leftOutOf(where.scope),
      expiring,
      notRenamed:
        target.kind === 'copy'
          ? []
          : safetyNamespaces(where.scope, { ...options, safetyBackup: 'needed' }, [...live.values()]).map(nameOf),
      withoutUndoRights: withoutRights.flatMap(({ database }) => database ?? []),
      isReplicaSet: facts.replicaSet !== null,
    },
  };
}

/** Users and roles are no data that is missed: they come back by themselves, when they are asked for. */
function leftOutOf({ leftOut }: RestoreScope): string[] {
  return leftOut.filter((name) => {
    const dot = name.indexOf('.');
    return !holdsUsersAndRoles(name.slice(0, dot), name.slice(dot + 1));
  });
}

async function lookAtNamespaces(prospect: Prospect, nowMs: number) {
  const { client, options, where } = prospect;
  const { scope } = where;
  const live = await lookAtLive(client, where);
  const [sizes, expired] = await Promise.all([sizesOf(client, live), expiredOf(prospect, live, nowMs)]);
  const found = differenceOf({ scope, options, live, sizes });
  const namespaces = found.map((one) => ({ ...one, expired: expired.get(one.source ?? '') ?? null }));
  const expiring = found.flatMap(({ source, target }) => (source !== null && expired.has(source) ? [target] : []));
  return { live, namespaces, expiring };
}

/** Without TTL indexes nothing expires; what is merged goes by those that are live, whatever is asked for. */
async function expiredOf({ archive, backup, options, where }: Prospect, live: LiveNamespaces, nowMs: number) {
  const written = where.scope.placed.flatMap((placed) => {
    const [{ namespace }, there] = [placed, live.get(nameOf(placed))];
    const { options: described, indexes } = there?.shape ?? namespace;
    if (wayOf(options.mode, placed, there).action === 'merged')
      return [{ ...namespace, options: { ...described }, indexes: [...indexes] }];
    return options.ttlIndexes === 'leave-out' ? [] : [namespace];
  });
  const budget = { nowMs, budgetMs: countingMs };
  return await refuseUnreadable(backup.sealed?.key ?? '', () => countExpiring(archive, written, budget));
}

/** Those that are written to; and those that the backup was made of, when they are there as well: they tell what data takes. */
function databasesOf({ where, target }: Prospect): string[] {
  const { placed } = where.scope;
  const sources = target.deploymentId === undefined ? placed.map(({ namespace }) => namespace.database) : [];
  return [...new Set([...placed.map(({ database }) => database), ...sources])];
}

function planOf(prospect: Prospect, source: RestorePlan['source'], looked: Looked): RestorePlan {
  const { backup, deployment, target, options, archive, facts, where } = prospect;
  const { namespaces, nowMs, users } = looked;
  const { manifest } = archive;
  const written = namespaces.filter(isWritten);
  const { name: deploymentName, hosts } = deployment.facts;
  const at = (ms: number) => new Date(ms).toISOString();
  const plan: UnwarnedPlan = {
    id: uuid() as PlanId,
    source,
    ...{ backupId: backup.backupId, deploymentId: deployment.deploymentId, deploymentName, hosts, target, options },
    ...{ backupCreatedAt: manifest.startedAt, createdAt: at(nowMs), expiresAt: at(nowMs + validForMs) },
    namespaces: [...namespaces],
    documents: sum(written, ({ documentsInBackup }) => documentsInBackup),
    rawBytes: sum(written, ({ bytesInBackup }) => bytesInBackup),
    phrase: confirmationPhrase(target, where.scope.databases ?? [], deploymentName),
    swapMethod: looked.swapMethod,
    safetyBackupOf:
      target.kind === 'copy' ? [] : safetyBackupOf({ scope: where.scope, options, live: looked.live, users }),
    space: spaceOf(namespaces, { disk: looked.disk, keepsUndo: options.undoHours > 0 }),
    oplog: oplogGrowth(namespaces, looked.oplog),
    users,
    versions: {
      backupServer: manifest.server.version,
      server: facts.version,
      backupTool: manifest.tool.version,
      tool: looked.tool,
    },
    expectedMs: looked.expectedMs,
    ...looked.rights,
    liveDigest: liveDigest(where, looked.live),
  };
  return { ...plan, warnings: warningsOf(plan, looked.beside) };
}

function isWritten({ action }: PlanNamespace): boolean {
  return action !== 'untouched';
}

function sum(namespaces: readonly PlanNamespace[], of: (one: PlanNamespace) => number | null): number {
  return namespaces.reduce((total, one) => total + (of(one) ?? 0), 0);
}
