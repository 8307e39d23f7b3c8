// What the composition root hands to commands, runner, scheduler and API. Types only: nothing is made here.
import type { Collection, MongoClient } from 'mongodb';
import type { Logger } from 'pino';
import type { StoredPlan } from './commands/restore-plans.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { SealedSecrets } from './ledger/sealed-secrets.ts';
import type { RunningOperations } from './runner/running-operations.ts';
import type { ArchiveStorage } from './storage/archive-storage.ts';
import type { DoctorCheck } from './tools/doctor.ts';

export interface Services {
  readonly ledger: Ledger;
  readonly secrets: SealedSecrets;
  readonly storage: ArchiveStorage;
  readonly running: RunningOperations;
  readonly plans: Collection<StoredPlan>;
  readonly tools: { readonly mongodump: string; readonly mongorestore: string; readonly mongodumpVersion: string };
  /** The ledger's own place, which no backup contains and no restore touches. */
  readonly ledgerPlace: {
    readonly database: string;
    readonly replicaSetId: string | null;
    readonly client: MongoClient;
    readonly kind: 'embedded' | 'external';
  };
  /** Names the data folder; survives restarts. */
  readonly instanceId: string;
  /** `<instanceId>/<boot>`: names this process in events and leases. */
  readonly worker: string;
  /** The operations that this process runs right now, kept by the runner: what else bears its name is abandoned. */
  readonly runningHere: Set<string>;
  readonly startedAt: string;
  readonly version: string;
  /** Milliseconds since the epoch; tests hand in their own. */
  readonly now: () => number;
  readonly logger: Logger;
  readonly doctor: () => Promise<DoctorCheck[]>;
}
