// The plan of a restore, made before anything changes, and its confirmation.
import { createHash } from 'node:crypto';
import type { Actor } from '@holdfast/shared/actor';
import { AppError } from '@holdfast/shared/errors';
import type { BackupId, PlanId, RestoreId } from '@holdfast/shared/ids';
import type { Manifest, ManifestNamespace } from '@holdfast/shared/manifest';
import type { RestoreOptions, RestoreTarget } from '@holdfast/shared/restore';
import type { PlanNamespace, PlanWarning, RestorePlan } from '@holdfast/shared/restore-plan';
import { EJSON } from 'bson';
import type { MongoClient } from 'mongodb';
import { v7 as uuid } from 'uuid';
import { openArchive } from '../archive/open-archive.ts';
import { readableCopy } from '../destinations/readable-copy.ts';
import { type BackupState, requireCompleted } from '../domain/backup.ts';
import type { DeploymentState } from '../domain/deployment.ts';
import { requestRestore } from '../domain/restore.ts';
import { canBeRenamed, confirmationPhrase, targetDatabase } from '../domain/restore-names.ts';
import { restoreScope } from '../domain/restore-scope.ts';
import { parseConnectionString } from '../engine/connection-string.ts';
import { explained } from '../engine/driver-failure.ts';
import {
  connectDeployment,
  type FoundNamespace,
  inspectDeployment,
  listNamespaces,
} from '../engine/inspect-deployment.ts';
import type { Services } from '../services.ts';
import { connectionStringOf } from './connection-string-of.ts';
import { excludedFrom } from './excluded.ts';
import { execute } from './execute.ts';
import { refuseUnreadable } from './refuse-unreadable.ts';
import { resolveTarget } from './restore-target.ts';

/** A plan as it is kept until it is confirmed or has expired. */
export interface StoredPlan {
  readonly _id: string;
  readonly plan: RestorePlan;
  /** The database removes it by itself after this. */
  readonly expiresAt: Date;
}

/** What a restore is asked to do. */
export interface WantedRestore {
  readonly backupId: BackupId;
  readonly target: RestoreTarget;
  readonly options: RestoreOptions;
}

const validForMs = 30 * 60_000;

/**
 * Compares archive and deployment, and keeps what it found as a plan. Changes nothing else. Raises BACKUP_NOT_FOUND,
 * BACKUP_NOT_RESTORABLE, DEPLOYMENT_NOT_FOUND, DEPLOYMENT_NOT_CONNECTED, DEPLOYMENT_UNREACHABLE, ARCHIVE_UNREADABLE,
 * COLLECTION_NOT_FOUND, NAMESPACE_PROTECTED, RESTORE_OPTIONS_INVALID, TARGET_EXISTS, TARGET_NAME_INVALID, SHARDED_UNSUPPORTED.
 */
export async function makePlan(
  services: Services,
  { backupId, target: wanted, options }: WantedRestore,
): Promise<RestorePlan> {
  const now = new Date(services.now()).toISOString();
  const backup = requireCompleted(
    (await services.ledger.state(`backup:${backupId}`)) as BackupState | undefined,
    backupId,
  );
  const { source, deployment, target } = await resolveTarget(services, backup, wanted, now);
  const manifest = await readManifest(services, backup);
  const excluded = excludedFrom(services.ledgerPlace, deployment.facts);
  const limitedTo = deployment.facts.database;
  const { placed } = restoreScope({ manifest, target, options, limitedTo, isProtected: excluded });
  const wantedNamespaces = placed.map(({ namespace }) => namespace);
  const live = await lookAtLive(services, deployment, wantedNamespaces, target, excluded);
  const namespaces = wantedNamespaces.map((namespace) => planned(namespace, target, live));
  const databases = [...new Set(wantedNamespaces.map(({ database }) => database))];
  const plan: RestorePlan = {
    id: uuid() as PlanId,
    backupId,
    deploymentId: deployment.deploymentId,
    deploymentName: deployment.facts.name,
    hosts: deployment.facts.hosts,
    source,
    target,
    options,
    backupCreatedAt: manifest.startedAt,
    createdAt: now,
    expiresAt: new Date(services.now() + validForMs).toISOString(),
    namespaces: [...namespaces, ...untouchedOf(live, namespaces)],
    documents: sum(namespaces.map(({ documentsInBackup }) => documentsInBackup ?? 0)),
    rawBytes: manifest.dump.rawBytes,
    phrase: confirmationPhrase(target, databases, deployment.facts.name),
    warnings: warningsOf(manifest, target, namespaces, {
      serverVersion: live.serverVersion,
      toolVersion: services.tools?.mongodumpVersion ?? null,
    }),
    swapMethod: target.kind === 'copy' ? null : 'renames',
    safetyBackupOf: [],
    space: spaceOf(namespaces),
    oplog: null,
    users: null,
    versions: {
      backupServer: manifest.server.version,
      server: live.serverVersion,
      backupTool: manifest.tool.version,
      tool: services.tools?.mongodumpVersion ?? null,
    },
    expectedMs: null,
    liveDigest: digestOf(live),
  };
  await services.plans.insertOne({ _id: plan.id, plan, expiresAt: new Date(services.now() + validForMs) });
  return plan;
}

/** Confirms a plan; the runner takes it from there. Raises what `requestRestore` raises. */
export async function confirm(
  services: Services,
  command: { readonly planId: PlanId; readonly phrase: string | undefined; readonly actor: Actor },
): Promise<RestoreId> {
  const stored = await services.plans.findOne({ _id: command.planId });
  if (stored === null) throw new AppError('PLAN_NOT_FOUND', { id: command.planId });
  const { plan } = stored;
  const restoreId = uuid() as RestoreId;
  const now = new Date(services.now()).toISOString();
  const [deployment, backup] = [`deployment:${plan.deploymentId}`, `backup:${plan.backupId}`] as const;
  await execute(services.ledger, {
    actor: command.actor,
    correlationId: restoreId,
    reads: [deployment, backup],
    decide: (state) =>
      requestRestore(
        { deployment: state(deployment), backup: state(backup) },
        { restoreId, plan, phrase: command.phrase, now },
      ),
  });
  await services.plans.deleteOne({ _id: command.planId });
  return restoreId;
}

/** The manifest of a completed backup's archive. Raises ARCHIVE_UNREADABLE. */
export function readManifest(services: Services, backup: BackupState): Promise<Manifest> {
  const { sealed, backupId } = backup;
  if (sealed === null) throw new Error(`backup ${backupId} is completed but was never sealed`);
  return refuseUnreadable(sealed.key, async () => {
    const { source } = await readableCopy(services, backup);
    const archive = await openArchive(source, { identities: await services.keys.identities() });
    return archive.manifest;
  });
}

interface Live {
  /** What is there, by namespace. */
  readonly found: ReadonlyMap<string, FoundNamespace>;
  readonly serverVersion: string;
}

async function lookAtLive(
  services: Services,
  deployment: DeploymentState,
  namespaces: readonly ManifestNamespace[],
  target: RestoreTarget,
  excluded: (database: string, collection: string) => boolean,
): Promise<Live> {
  const address = parseConnectionString(await connectionStringOf(services, deployment.facts));
  await using client = await connectDeployment(address);
  const facts = await inspectDeployment(client);
  if (facts.sharded && target.kind === 'original') throw new AppError('SHARDED_UNSUPPORTED', {});
  const databases = [...new Set(namespaces.map(({ database }) => targetDatabase(target, database)))];
  if (target.kind === 'copy') await explained(() => refuseExisting(client, databases));
  const found = new Map<string, FoundNamespace>();
  for (const database of target.kind === 'copy' ? [] : databases) {
    for (const one of await listNamespaces(client, { database, exclude: excluded })) {
      found.set(`${one.database}.${one.collection}`, one);
    }
  }
  return { found, serverVersion: facts.version };
}

async function refuseExisting(client: MongoClient, databases: readonly string[]): Promise<void> {
  const existing: string[] = [];
  for (const name of databases) {
    const found = await client.db(name).listCollections({}, { nameOnly: true }).toArray();
    if (found.length > 0) existing.push(name);
  }
  if (existing.length > 0) throw new AppError('TARGET_EXISTS', { databases: existing });
}

function planned(namespace: ManifestNamespace, target: RestoreTarget, { found }: Live): PlanNamespace {
  const { database, collection, type, documents, bytes } = namespace;
  const name = `${targetDatabase(target, database)}.${collection}`;
  const now = found.get(name);
  const isView = type === 'view';
  return {
    source: `${database}.${collection}`,
    target: name,
    type,
    action: now === undefined ? 'added' : 'replaced',
    method: canBeRenamed(namespace) ? 'rename' : isView ? 'define' : 'rewrite',
    documentsInBackup: isView ? null : documents,
    bytesInBackup: isView ? null : bytes,
    ...sizeNow(now),
    ...{ drift: [], viewOn: viewOn(namespace.options), difference: null, expired: null },
  };
}

function untouchedOf({ found }: Live, namespaces: readonly PlanNamespace[]): PlanNamespace[] {
  const concerned = new Set(namespaces.map(({ target }) => target));
  return [...found]
    .filter(([name]) => !concerned.has(name))
    .map(([name, now]) => ({
      source: null,
      target: name,
      type: now.type,
      action: 'untouched',
      method: null,
      documentsInBackup: null,
      bytesInBackup: null,
      ...sizeNow(now),
      ...{ drift: [], viewOn: viewOn(now.options), difference: null, expired: null },
    }));
}

function sizeNow(now: FoundNamespace | undefined): Pick<PlanNamespace, 'documentsNow' | 'bytesNow'> {
  if (now === undefined || now.type === 'view') return { documentsNow: null, bytesNow: null };
  return { documentsNow: now.documents, bytesNow: now.bytes };
}

function viewOn(options: Readonly<Record<string, unknown>>): string | null {
  return typeof options.viewOn === 'string' ? options.viewOn : null;
}

function spaceOf(namespaces: readonly PlanNamespace[]): RestorePlan['space'] {
  return {
    neededBytes: sum(namespaces.map(({ bytesInBackup }) => bytesInBackup ?? 0)),
    freeBytes: null,
    undoBytes: 0,
  };
}

function digestOf({ found }: Live): string {
  const all = [...found.values()].map(({ database, collection, type, options }) => [
    database,
    collection,
    type,
    options,
  ]);
  return createHash('sha256').update(EJSON.stringify(all)).digest('hex');
}

function warningsOf(
  manifest: Manifest,
  target: RestoreTarget,
  namespaces: readonly PlanNamespace[],
  now: { readonly serverVersion: string; readonly toolVersion: string | null },
): PlanWarning[] {
  const replaced = namespaces.filter(({ action }) => action === 'replaced').map((namespace) => namespace.target);
  const inPlace = target.kind === 'original';
  const lastInPlace = inPlace
    ? namespaces
        .filter(({ type, target: name }) => !canBeRenamed({ type, collection: name.slice(name.indexOf('.') + 1) }))
        .map((namespace) => namespace.target)
    : [];
  const expiring = manifest.namespaces
    .filter(({ indexes }) => indexes.some((index) => 'expireAfterSeconds' in index))
    .map(({ database, collection }) => `${targetDatabase(target, database)}.${collection}`);
  const candidates: [boolean, PlanWarning][] = [
    [
      replaced.length > 0,
      {
        code: 'REPLACES_LIVE_DATA',
        message: 'These collections are replaced; what was written since the backup is lost.',
        namespaces: replaced,
      },
    ],
    [
      lastInPlace.length > 0,
      {
        code: 'NOT_ATOMIC',
        message: 'Views and time-series cannot be swapped in by a rename; they are replaced last, in place.',
        namespaces: lastInPlace,
      },
    ],
    [
      expiring.length > 0,
      {
        code: 'TTL_EXPIRES',
        message: 'These have a TTL index: documents that have expired since vanish soon after the restore.',
        namespaces: expiring,
      },
    ],
    [
      major(manifest.server.version) !== major(now.serverVersion),
      {
        code: 'SERVER_VERSION_DIFFERS',
        message: `The backup is of ${versionText('MongoDB', manifest.server.version)}; the server now runs ${now.serverVersion}.`,
        namespaces: [],
      },
    ],
    [
      now.toolVersion !== null && manifest.tool.version !== now.toolVersion,
      {
        code: 'TOOL_VERSION_DIFFERS',
        message: `The backup was made by ${versionText('mongodump', manifest.tool.version)}; the tools here are ${now.toolVersion}.`,
        namespaces: [],
      },
    ],
  ];
  return candidates.filter(([applies]) => applies).map(([, warning]) => warning);
}

/** An imported dump may not say it. */
function versionText(what: string, version: string): string {
  return version === 'unknown' ? `an unknown version of ${what}` : `${what} ${version}`;
}

function major(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
