// The doctor: looks at everything that the service needs, and says what is found, what is wrong and what to do. It changes
// nothing but a probe at the destination, knows no environment, and never repeats a secret.
import type { DiskReport } from '@holdfast/shared/destination';
import type { RestoreTestsState } from '@holdfast/shared/restore-test';
import type { VerificationState } from '@holdfast/shared/verification';
import { type CheckedDeployment, checkDeployment } from './check-deployment.ts';
import { checkOwnDisk, checkSpace, checkStorage } from './check-disks.ts';
import { type EncryptionFinding, encryptionCheck } from './check-encryption.ts';
import { checkNode, checkProcessor, checkTimeZones } from './check-host.ts';
import { checkClock, checkLedger } from './check-ledger.ts';
import { restoreTestsCheck } from './check-restore-tests.ts';
import { checkTool } from './check-tool.ts';
import { checkVerification } from './check-verification.ts';
import type { ToolName } from './find-tool.ts';

/** One thing looked at. */
export interface DoctorCheck {
  /** Stable; of a deployment with its name behind a colon. */
  readonly id: string;
  readonly title: string;
  /** `failed`: something does not work; `warning`: it works, but not as well or as safely as it should. */
  readonly status: 'ok' | 'warning' | 'failed';
  /** A fact, in one line. */
  readonly found: string;
  /** What to do about it, in one line, with the commands. */
  readonly advice: string | null;
}

export interface DoctorOptions {
  readonly searchPath: string;
  readonly cacheDir: string;
  readonly toolPaths: Readonly<Partial<Record<ToolName, string>>>;
  readonly dataDir: string;
  /** The destination's folder, for its disk; left out where it is none. */
  readonly storagePath?: string;
  /** Whether backups share a disk with what they are for. */
  readonly disks: () => Promise<DiskReport>;
  /** Writes and reads back a probe at the destination; throws OperationFailure. */
  readonly probeStorage: () => Promise<void>;
  /** Where the ledger is; default: embedded. */
  readonly ledger?: { readonly kind: 'embedded' | 'external'; readonly uri: string };
  /** The ledger server's clock, milliseconds since the epoch; throws when the ledger does not answer. */
  readonly ledgerTime: () => Promise<number>;
  /** How far backups are verified; left out where it is not known. */
  readonly verification?: () => Promise<VerificationState>;
  /** How restore tests stand; left out where it is not known. */
  readonly restoreTests?: () => Promise<RestoreTestsState>;
  /** How keys and recovery kit stand; left out where it is not known. */
  readonly encryption?: () => Promise<EncryptionFinding>;
  readonly deployments?: readonly CheckedDeployment[];
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Looks at everything, in a few seconds; does not throw for what it finds. The order of the checks is fixed. */
export async function runDoctor(options: DoctorOptions): Promise<DoctorCheck[]> {
  const { dataDir, storagePath, deployments = [], now = Date.now } = options;
  const embedded = options.ledger?.kind !== 'external';
  const ledger = options.ledger === undefined ? undefined : checkLedger(options.ledger);
  const checks: readonly (DoctorCheck | Promise<DoctorCheck | readonly DoctorCheck[]>)[] = [
    checkNode(process.versions.node),
    checkProcessor({ embedded }),
    checkTool('mongod', options, { needed: embedded }),
    checkTool('mongodump', options, { needed: true }),
    checkTool('mongorestore', options, { needed: true }),
    checkSpace('disk', 'Disk of the data folder', dataDir),
    checkStorage(options.probeStorage),
    ...(storagePath === undefined ? [] : [checkSpace('storage-space', 'Disk of the backups', storagePath)]),
    options.disks().then(checkOwnDisk),
    ...(ledger === undefined ? [] : [ledger.then(({ check }) => check)]),
    checkClock(options.ledgerTime, now),
    checkTimeZones(),
    ...(options.verification === undefined ? [] : [checkVerification(options.verification, now)]),
    ...(options.restoreTests === undefined ? [] : [options.restoreTests().then(restoreTestsCheck)]),
    ...(options.encryption === undefined ? [] : [options.encryption().then(encryptionCheck)]),
    ...deployments.map(async (deployment) => checkDeployment(deployment, await ledger)),
  ];
  return (await Promise.all(checks)).flat();
}
