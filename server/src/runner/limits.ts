// How long an operation may take, and how long it may stand still: what its policy says.
import { defaultPolicySettings, type PolicySettings } from '@holdfast/shared/policy';
import { wholeSettings } from '../domain/policy.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { StoredBackup } from '../projections/backups.ts';
import type { StoredOperation } from '../projections/operations.ts';
import type { StoredPolicy } from '../projections/policies.ts';

/** A request that no worker claims within this, and then for a while longer although one has room, fails as `unclaimed`. */
export const claimLimitMs = 10 * 60_000;
export const overdueLimitMs = 30_000;

export interface OperationLimits {
  /** The whole operation, from its claim on: `timed-out`. */
  readonly timeLimitMs: number;
  /** No byte moved for this long: `stalled`. */
  readonly stallLimitMs: number;
}

/**
 * The limits of an operation: those of the policy that a backup belongs to; else, and for a restore, the largest among the
 * deployment's policies. Raises LEDGER_UNAVAILABLE.
 */
export async function limitsOf(
  ledger: Pick<Ledger, 'readModel'>,
  operation: Pick<StoredOperation, '_id' | 'kind' | 'deploymentId'>,
): Promise<OperationLimits> {
  const policies = await ledger.readModel<StoredPolicy>('policies');
  const ofDeployment = await policies.find({ deploymentId: operation.deploymentId as never }).toArray();
  const policyId = operation.kind === 'backup' ? await policyOf(ledger, operation._id) : null;
  const own = ofDeployment.filter(({ _id }) => _id === policyId);
  return largest((own.length > 0 ? own : ofDeployment).map((policy) => wholeSettings(policy)));
}

async function policyOf(ledger: Pick<Ledger, 'readModel'>, backupId: string): Promise<string | null> {
  const backups = await ledger.readModel<StoredBackup>('backups');
  return (await backups.findOne({ _id: backupId }))?.policyId ?? null;
}

function largest(settings: readonly PolicySettings[]): OperationLimits {
  const all = settings.length > 0 ? settings : [defaultPolicySettings];
  return {
    timeLimitMs: Math.max(...all.map(({ timeLimitMinutes }) => timeLimitMinutes)) * minuteMs,
    stallLimitMs: Math.max(...all.map(({ stallLimitMinutes }) => stallLimitMinutes)) * minuteMs,
  };
}

const minuteMs = 60_000;
