// What the composition root hands to commands, runner, scheduler and API. Nothing is made here.
import type { DiskReport } from '@holdfast/shared/destination';
import type { BackupId } from '@holdfast/shared/ids';
import type { ServerRole } from '@holdfast/shared/server';
import type { Collection, MongoClient } from 'mongodb';
import type { Logger } from 'pino';
import type { UnrecordedPutBack } from './commands/put-back-record.ts';
import type { StoredPlan } from './commands/restore-plan/stored-plans.ts';
import type { StoredUndoPlan } from './commands/undo-plans.ts';
import type { Destinations } from './destinations/destinations.ts';
import type { Watchdog } from './engine/watchdog.ts';
import type { Failpoint } from './failpoints.ts';
import type { OpenedArchives } from './inside/opened-archives.ts';
import type { Keyring } from './keys/keyring.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { SealedSecrets } from './ledger/sealed-secrets.ts';
import type { StoredOperation } from './projections/operations.ts';
import type { ArchiveLeases } from './runner/archive-leases.ts';
import type { CopyLeases } from './runner/copy-leases.ts';
import type { OperationLimits } from './runner/limits.ts';
import type { StoredReconciliation } from './runner/reconcile.ts';
import type { OwnRestoreTest, StoredRestoreTest } from './runner/restore-test/running-restore-tests.ts';
import type { RunningImports } from './runner/running-imports.ts';
import type { RunningOperations } from './runner/running-operations.ts';
import type { OwnVerification, StoredVerification } from './runner/verifications.ts';
import type { ServerRegistry } from './servers/server-registry.ts';
import type { DoctorCheck } from './tools/doctor.ts';
import type { FoundTool } from './tools/find-tool.ts';

/** Paths of the MongoDB tools, and the version that archives are written with. */
export interface Tools {
  readonly mongodump: string;
  readonly mongorestore: string;
  readonly mongodumpVersion: string;
}

export interface Services {
  readonly ledger: Ledger;
  readonly secrets: SealedSecrets;
  /** Whom backups are encrypted for, and what opens them. */
  readonly keys: Keyring;
  readonly destinations: Destinations;
  readonly running: RunningOperations;
  /** Dumps that are being imported. */
  readonly imports: RunningImports;
  /** Who makes which copy of an archive. */
  readonly copyLeases: CopyLeases;
  /** Who uses which archive. */
  readonly archiveLeases: ArchiveLeases;
  /** The archives that were looked into last. */
  readonly openedArchives: OpenedArchives;
  /** What is being read again right now, on any server. */
  readonly verifications: Collection<StoredVerification>;
  /** The verifications that this process began by itself: they make way for a deletion. */
  readonly verifyingHere: Map<BackupId, OwnVerification>;
  /** The restore tests that run right now, on any server. */
  readonly restoreTests: Collection<StoredRestoreTest>;
  /** Those that this process began by itself: they make way for a deletion. */
  readonly testingHere: Map<BackupId, OwnRestoreTest>;
  /** Every mongod at hand here, for a test of the same version. */
  readonly mongods: () => Promise<readonly FoundTool[]>;
  readonly plans: Collection<StoredPlan>;
  readonly undoPlans: Collection<StoredUndoPlan>;
  /** The latest pass over each destination. */
  readonly reconciliations: Collection<StoredReconciliation>;
  /** What this server may do. */
  readonly role: ServerRole;
  /** null on a server that runs no operations. */
  readonly tools: Tools | null;
  /** How long an operation may take; tests hand in shorter ones than a policy can have. */
  readonly limits: (operation: Pick<StoredOperation, '_id' | 'kind' | 'deploymentId'>) => Promise<OperationLimits>;
  /** The ledger's own place, which no backup contains and no restore touches. */
  readonly ledgerPlace: {
    readonly database: string;
    readonly replicaSetId: string | null;
    readonly replicaSetMembers: readonly string[];
    readonly client: MongoClient;
    readonly kind: 'embedded' | 'external';
  };
  /** This server's own folder. */
  readonly dataDir: string;
  /** Names the data folder; survives restarts. */
  readonly instanceId: string;
  /** `<instanceId>/<boot>`: names this process in events and leases. */
  readonly worker: string;
  /** The operations that this process runs right now, kept by the runner: what else bears its name is abandoned. */
  readonly runningHere: Set<string>;
  /** What is put back by this process, by id: what else bears its name is abandoned. */
  readonly puttingBackHere: Map<string, 'running' | UnrecordedPutBack>;
  /** Ends the tools of this server when it cannot. */
  readonly watchdog: Watchdog;
  /** The servers over this ledger. */
  readonly servers: ServerRegistry;
  readonly startedAt: string;
  readonly version: string;
  /** Milliseconds since the epoch; tests hand in their own. */
  readonly now: () => number;
  readonly logger: Logger;
  /** Holds this server where a test wants it. */
  readonly failpoint: Failpoint;
  readonly doctor: () => Promise<DoctorCheck[]>;
  /** Whether backups share a disk with what they are for. */
  readonly disks: () => Promise<DiskReport>;
}

/** The tools, for what only runs where they are. */
export function requireTools({ tools, role }: Pick<Services, 'tools' | 'role'>): Tools {
  if (tools === null) throw new Error(`a server of the role ${role} has no tools`);
  return tools;
}
