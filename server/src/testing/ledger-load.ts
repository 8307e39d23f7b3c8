// Traffic for the ledger by the real deciders and projections: for its tests and its benchmark.
import type { BackupId, DeploymentId, DestinationId, PolicyId } from '@holdfast/shared/ids';
import { defaultPolicySettings } from '@holdfast/shared/policy';
import { MongoClient } from 'mongodb';
import { v7 as uuid } from 'uuid';
import { type CommandOptions, execute } from '../commands/execute.ts';
import { completeBackup, requestBackup, sealBackup, startBackup } from '../domain/backup.ts';
import { registerDeployment } from '../domain/deployment.ts';
import { streamModel } from '../domain/stream-model.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type OpenLedgerOptions, openLedger } from '../ledger/open-ledger.ts';
import { backupsProjection } from '../projections/backups.ts';
import { deploymentsProjection } from '../projections/deployments.ts';
import { operationsProjection } from '../projections/operations.ts';
import { policiesProjection } from '../projections/policies.ts';
import { restoresProjection } from '../projections/restores.ts';

const actor = { kind: 'system', id: 'load' } as const;

/** A client of its own, as another server would have. */
export function connectTo(uri: string): MongoClient {
  return new MongoClient(uri);
}

/** The ledger with everything that the service itself projects. */
export async function openWholeLedger(
  client: MongoClient,
  databaseName: string,
  options: Pick<OpenLedgerOptions, 'tuning' | 'logger'> = {},
): Promise<Ledger> {
  const projections = [
    deploymentsProjection,
    policiesProjection,
    backupsProjection,
    restoresProjection,
    operationsProjection,
  ];
  return await openLedger({ client, databaseName, model: streamModel, projections, ...options });
}

/** Registers a deployment with its policy; returns its id. */
export async function registerOne(ledger: Ledger): Promise<DeploymentId> {
  const deploymentId = uuid() as DeploymentId;
  const policy = { policyId: uuid() as PolicyId, name: 'daily', settings: defaultPolicySettings };
  const facts = {
    name: `load-${deploymentId}`,
    hosts: ['db.example.net:27017'],
    database: null,
    replicaSet: 'rs0',
    replicaSetId: deploymentId,
    serverVersion: '6.0.5',
    secretRef: uuid(),
  };
  await execute(ledger, {
    actor,
    reads: ['configuration'],
    decide: (state) => registerDeployment(state('configuration'), { deploymentId, facts, policy }),
  });
  return deploymentId;
}

/** Runs one whole backup through. */
export async function backUpOnce(ledger: Ledger, deploymentId: DeploymentId): Promise<void> {
  for (const command of backupCommands(deploymentId)) await execute(ledger, command);
}

/** The four appends of one whole backup, to be executed in order: requested, started, sealed, completed. */
export function backupCommands(deploymentId: DeploymentId): CommandOptions[] {
  const backupId = uuid() as BackupId;
  const worker = 'load/1';
  const deployment = `deployment:${deploymentId}` as const;
  const backup = `backup:${backupId}` as const;
  const own = { actor, correlationId: backupId, reads: [backup] };
  const started = { backupId, deploymentId, worker, toolVersion: '100.9.5', serverVersion: '6.0.5' };
  const requested = { backupId, deploymentId, policyId: null, trigger: 'manual', dueAt: null } as const;
  return [
    {
      ...own,
      reads: [deployment],
      decide: (state) => requestBackup({ deployment: state(deployment), policy: undefined }, requested),
    },
    { ...own, decide: (state) => startBackup(state(backup), started) },
    {
      ...own,
      decide: (state) => sealBackup(state(backup), { backupId, deploymentId, worker, upload: uuid(), ...archive }),
    },
    { ...own, decide: (state) => completeBackup(state(backup), { backupId, by: { worker }, durationMs: 4_711 }) },
  ];
}

const archive = {
  destinationId: uuid() as DestinationId,
  key: 'load/2026/11/24-010203.zip',
  sizeBytes: 123_456_789,
  sha256: 'a'.repeat(64),
  manifestDigest: 'b'.repeat(64),
  rawBytes: 987_654_321,
  toolVersion: '100.9.5',
  serverVersion: '6.0.5',
  documents: 2_100_000,
  collections: 4,
};
