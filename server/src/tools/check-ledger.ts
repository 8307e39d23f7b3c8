import { AppError } from '@holdfast/shared/errors';
import { failureHints, OperationFailure } from '@holdfast/shared/failures';
import { parseConnectionString } from '../engine/connection-string.ts';
import { connectDeployment, type DeploymentFacts, inspectDeployment } from '../engine/inspect-deployment.ts';
import type { DoctorCheck, DoctorOptions } from './doctor.ts';

export interface LedgerFinding {
  readonly check: DoctorCheck;
  readonly kind: 'embedded' | 'external';
  /** Tell whether a deployment is the ledger's own replica set. null when it is not known. */
  readonly replicaSetId: string | null;
  readonly replicaSetMembers: readonly string[];
}

/** Whether the ledger is reachable, and on a replica set. */
export async function checkLedger({ kind, uri }: NonNullable<DoctorOptions['ledger']>): Promise<LedgerFinding> {
  try {
    const client = await connectDeployment(parseConnectionString(uri), { timeoutMs: 5_000 });
    try {
      const facts = await inspectDeployment(client);
      const { replicaSetId, replicaSetMembers } = facts;
      return { check: ledgerCheck(kind, facts), kind, replicaSetId, replicaSetMembers };
    } finally {
      await client.close();
    }
  } catch (error) {
    return { check: unreachable(error), kind, replicaSetId: null, replicaSetMembers: [] };
  }
}

const titled = { id: 'ledger', title: 'Ledger' } as const;

/** What kind of server the ledger is on. Pure. */
export function ledgerCheck(kind: 'embedded' | 'external', facts: DeploymentFacts): DoctorCheck {
  const { version, replicaSet, sharded } = facts;
  if (replicaSet !== null || sharded) {
    const place = sharded ? 'sharded cluster' : `replica set ${replicaSet}`;
    return { ...titled, status: 'ok', found: `${kind}, MongoDB ${version}, ${place}`, advice: null };
  }
  return {
    ...titled,
    status: 'failed',
    found: `MongoDB ${version}, a standalone server: it has no transactions and no change streams`,
    advice:
      'Start that mongod with `--replSet rs0` (or replication.replSetName in its configuration), run `rs.initiate()` in mongosh ' +
      'once, and keep LEDGER_URI as it is. Or unset LEDGER_URI: the server then brings its own.',
  };
}

function unreachable(error: unknown): DoctorCheck {
  if (error instanceof OperationFailure) {
    return { ...titled, status: 'failed', found: error.message, advice: failureHints[error.reason] };
  }
  if (error instanceof AppError) {
    return { ...titled, status: 'failed', found: error.message, advice: `Correct LEDGER_URI. ${error.hint}` };
  }
  throw error;
}

/** Whether this machine's clock agrees with the ledger server's; half of the answer's travel time is taken off. */
export async function checkClock(ledgerTime: () => Promise<number>, now: () => number): Promise<DoctorCheck> {
  const asked = now();
  try {
    const answered = await ledgerTime();
    return clockCheck((asked + now()) / 2 - answered);
  } catch {
    return { ...clock, status: 'failed', found: 'the ledger does not answer', advice: ledgerAdvice };
  }
}

const ledgerAdvice = 'See whether its mongod runs and has disk space, and what its log says.';

const clock = { id: 'clock', title: 'Clock' } as const;

const toleratedMs = 5_000;

/** What the difference means. Pure. */
export function clockCheck(aheadMs: number): DoctorCheck {
  const seconds = Math.abs(aheadMs / 1000).toFixed(1);
  if (Math.abs(aheadMs) <= toleratedMs) {
    return { ...clock, status: 'ok', found: `agrees with the ledger's, within ${seconds} s`, advice: null };
  }
  return {
    ...clock,
    status: 'warning',
    found: `${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the ledger's`,
    advice:
      'Scheduled backups begin by this clock, events carry the time of the ledger. Set both by NTP (chrony, systemd-timesyncd).',
  };
}
