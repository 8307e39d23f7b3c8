// Plans between being made and being confirmed. Compressed: a plan of tens of thousands of collections would not fit into a
// document as it is.
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { AppError } from '@holdfast/shared/errors';
import type { PlanId } from '@holdfast/shared/ids';
import type { RestorePlan } from '@holdfast/shared/restore-plan';
import type { Binary } from 'mongodb';
import type { Services } from '../../services.ts';

/** A plan as it is kept until it is confirmed or has expired. */
export interface StoredPlan {
  readonly _id: string;
  /** JSON in zstd. */
  readonly content: Buffer | Binary;
  /** Counts changes, so that none is lost. */
  readonly revision: number;
  /** The database removes it by itself after this. */
  readonly expiresAt: Date;
}

/** Keeps a new plan until it expires. */
export async function keepPlan({ plans }: Pick<Services, 'plans'>, plan: RestorePlan): Promise<void> {
  const content = await packed(plan);
  await plans.insertOne({ _id: plan.id, content, revision: 0, expiresAt: new Date(plan.expiresAt) });
}

/** Raises PLAN_NOT_FOUND, also for one that has expired. */
export async function findPlan(services: Pick<Services, 'plans' | 'now'>, id: PlanId): Promise<RestorePlan> {
  return (await findStored(services, id)).plan;
}

/** Changes a plan that was kept; of two changes at once none is lost. Raises PLAN_NOT_FOUND. */
export async function changePlan(
  services: Pick<Services, 'plans' | 'now'>,
  id: PlanId,
  change: (plan: RestorePlan) => RestorePlan,
): Promise<RestorePlan> {
  for (;;) {
    const { plan, revision } = await findStored(services, id);
    const changed = change(plan);
    const update = { content: await packed(changed), revision: revision + 1 };
    const { matchedCount } = await services.plans.updateOne({ _id: id, revision }, { $set: update });
    if (matchedCount === 1) return changed;
  }
}

async function findStored({ plans, now }: Pick<Services, 'plans' | 'now'>, id: PlanId) {
  // Ones from before they were compressed are past their time.
  const stored = await plans.findOne({ _id: id, content: { $exists: true } }, { promoteBuffers: true });
  if (stored === null || stored.expiresAt.getTime() <= now()) throw new AppError('PLAN_NOT_FOUND', { id });
  return { plan: await unpacked(stored.content), revision: stored.revision };
}

const [compress, decompress] = [promisify(zstdCompress), promisify(zstdDecompress)];

async function packed(plan: RestorePlan): Promise<Buffer> {
  return await compress(JSON.stringify(plan));
}

async function unpacked(content: StoredPlan['content']): Promise<RestorePlan> {
  const bytes = Buffer.isBuffer(content) ? content : content.buffer;
  return JSON.parse((await decompress(bytes)).toString('utf8')) as RestorePlan;
}
