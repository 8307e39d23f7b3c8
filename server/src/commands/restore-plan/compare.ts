// A planned collection compared with its live one, document by document, when somebody asks for it.
import { AppError } from '@holdfast/shared/errors';
import type { PlanId } from '@holdfast/shared/ids';
import type { DocumentDifference, PlanNamespace, RestorePlan } from '@holdfast/shared/restore-plan';
import type { MongoClient } from 'mongodb';
import { compareDocuments } from '../../archive/compare-documents.ts';
import { type BackupState, requireCompleted } from '../../domain/backup.ts';
import { type DeploymentState, requireDeployment } from '../../domain/deployment.ts';
import { explained } from '../../engine/driver-failure.ts';
import { shareArchive } from '../../runner/archive-leases.ts';
import type { Services } from '../../services.ts';
import { refuseUnreadable } from '../refuse-unreadable.ts';
import { withProspect } from './prospect.ts';
import { changePlan, findPlan } from './stored-plans.ts';
import { withNewerData } from './warnings.ts';

export interface ComparePlanned {
  readonly planId: PlanId;
  /** `database.collection`, as it is called where it is written to. */
  readonly namespace: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads both sides wholly, in bounded memory, and keeps the outcome in the plan, which it returns. Raises PLAN_NOT_FOUND,
 * COLLECTION_NOT_FOUND for what has no documents in the backup, ARCHIVE_UNREADABLE, ARCHIVE_IN_USE; throws OperationFailure.
 */
export async function comparePlanned(services: Services, command: ComparePlanned): Promise<RestorePlan> {
  const { planId, namespace } = command;
  const plan = await findPlan(services, planId);
  const planned = plan.namespaces.find(({ target }) => target === namespace);
  if (planned === undefined || planned.source === null || planned.documentsInBackup === null) {
    throw new AppError('COLLECTION_NOT_FOUND', { namespace });
  }
  const difference = hasDocumentsBoth(planned)
    ? await compare(services, plan, { planned, source: planned.source, signal: command.signal })
    : onlyInBackup(planned.documentsInBackup);
  return await changePlan(services, planId, (kept) => withDifference(kept, namespace, difference));
}

/** The plan with the difference of one of its namespaces, and what follows from it. */
function withDifference(plan: RestorePlan, namespace: string, difference: DocumentDifference): RestorePlan {
  const namespaces = plan.namespaces.map((one) => (one.target === namespace ? { ...one, difference } : one));
  const changed = { ...plan, namespaces };
  return { ...changed, warnings: withNewerData(changed) };
}

/** What becomes something else shares no document with it. */
function hasDocumentsBoth({ documentsNow, drift }: PlanNamespace): boolean {
  return documentsNow !== null && drift.every(({ what }) => what !== 'type');
}

function onlyInBackup(documents: number): DocumentDifference {
  const examples = { onlyLive: [], onlyInBackup: [], changed: [] };
  return { onlyLive: 0, onlyInBackup: documents, changed: 0, same: 0, examples };
}

interface Both {
  readonly planned: PlanNamespace;
  readonly source: string;
  readonly signal: AbortSignal | undefined;
}

async function compare(services: Services, plan: RestorePlan, { planned, source, signal }: Both) {
  const wanted = await wantedOf(services, plan);
  await using lease = await shareArchive(services, wanted.backup.backupId, { kind: 'verify' });
  const stop = signal === undefined ? lease.signal : AbortSignal.any([lease.signal, signal]);
  return await withProspect(services, wanted, ({ archive, client }) =>
    refuseUnreadable(wanted.backup.sealed?.key ?? '', () =>
      explained(() =>
        compareDocuments({
          archive,
          namespace: source,
          live: () => liveDocuments(client, planned, stop),
          signal: stop,
        }),
      ),
    ),
  );
}

async function wantedOf({ ledger }: Services, plan: RestorePlan) {
  const { backupId, deploymentId, target, options } = plan;
  const backup = (await ledger.state(`backup:${backupId}`)) as BackupState | undefined;
  const deployment = (await ledger.state(`deployment:${deploymentId}`)) as DeploymentState | undefined;
  return {
    backup: requireCompleted(backup, backupId),
    deployment: requireDeployment(deployment, deploymentId),
    ...{ target, options },
  };
}

/** Of a time-series its buckets, as the backup holds them. */
async function* liveDocuments(
  client: MongoClient,
  { target, type }: PlanNamespace,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const dot = target.indexOf('.');
  const collection = target.slice(dot + 1);
  const stored = type === 'timeseries' ? `system.buckets.${collection}` : collection;
  const readConcern = { level: 'majority' } as const;
  await using cursor = client
    .db(target.slice(0, dot))
    .collection(stored)
    .find({}, { raw: true, batchSize: 1_000, readConcern, signal });
  for await (const document of cursor) yield document as unknown as Uint8Array;
}
