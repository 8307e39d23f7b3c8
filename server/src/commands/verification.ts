// The scrub's settings, and how far everything is verified.
import type { Actor } from '@holdfast/shared/actor';
import type { ScrubSettings, VerificationState } from '@holdfast/shared/verification';
import { changeScrub, type ScrubState, scrubOf } from '../domain/scrub.ts';
import type { StoredBackup } from '../projections/backups.ts';
import { dueToScrub } from '../runner/due-verifications.ts';
import { runningVerifications } from '../runner/verifications.ts';
import type { Services } from '../services.ts';
import { execute } from './execute.ts';

/** How many failed ones are named. */
const failedNamed = 50;

/** Changes the scrub's settings; they hold from the next archive on. */
export async function setScrub(services: Services, settings: ScrubSettings, actor: Actor): Promise<void> {
  await execute(services.ledger, {
    actor,
    reads: ['scrub'],
    decide: (state) => changeScrub(state('scrub'), settings),
  });
}

/** As it is now. Raises LEDGER_UNAVAILABLE. */
export async function verificationState(
  services: Pick<Services, 'ledger' | 'now' | 'verifications'>,
): Promise<VerificationState> {
  const scrub = scrubOf((await services.ledger.state('scrub')) as ScrubState | undefined);
  const backups = await services.ledger.readModel<StoredBackup>('backups');
  const [counted] = await backups.aggregate<Counted>(countingOf(dueToScrub(scrub, services.now()))).toArray();
  const failed = await backups
    .find({ status: 'completed', error: { $ne: null as never } })
    .sort({ createdAt: -1 })
    .limit(failedNamed)
    .toArray();
  return {
    scrub,
    ...(counted ?? nothingCounted),
    failed: failed.map(({ _id, deploymentId, deploymentName, createdAt, checkedAt }) => ({
      backupId: _id as never,
      deploymentId,
      deploymentName,
      createdAt,
      checkedAt: checkedAt ?? createdAt,
    })),
    running: await runningVerifications(services.verifications),
  };
}

type Counted = Omit<VerificationState, 'scrub' | 'failed' | 'running'>;

const nothingCounted: Counted = {
  ...{ completed: 0, verified: 0, failedTotal: 0, due: 0, dueBytes: 0, neverChecked: 0 },
  ...{ oldestCheckAt: null, lastScrubAt: null },
};

/** One pass over the completed backups. */
function countingOf(due: object) {
  const never = { $eq: [{ $ifNull: ['$checkedAt', null] }, null] };
  const ofScrub = { $eq: ['$checkCause', 'scrub'] };
  const one = (condition: object) => ({ $sum: { $cond: [condition, 1, 0] } });
  const group = {
    _id: null,
    completed: { $sum: 1 },
    verified: one({ $ne: [{ $ifNull: ['$verifiedAt', null] }, null] }),
    failedTotal: one({ $ne: [{ $ifNull: ['$error', null] }, null] }),
    neverChecked: one(never),
    oldestChecked: { $min: '$checkedAt' },
    lastScrubAt: { $max: { $cond: [ofScrub, '$checkedAt', null] } },
  };
  const sums = { _id: null, due: { $sum: 1 }, dueBytes: { $sum: { $ifNull: ['$sizeBytes', 0] } } };
  const firstOf = (field: string) => ({ $ifNull: [{ $first: `$due.${field}` }, 0] });
  return [
    { $match: { status: 'completed' } },
    { $facet: { all: [{ $group: group }], due: [{ $match: due }, { $group: sums }] } },
    { $unwind: '$all' },
    {
      $replaceWith: {
        $mergeObjects: [
          '$all',
          {
            due: firstOf('due'),
            dueBytes: firstOf('dueBytes'),
            oldestCheckAt: { $cond: [{ $gt: ['$all.neverChecked', 0] }, null, '$all.oldestChecked'] },
          },
        ],
      },
    },
    { $unset: ['_id', 'oldestChecked'] },
  ];
}
