// Recovery of a lost server from a destination: each archive's manifest is read by range, its deployment is known again, and its
// backup goes into the ledger as recovered. What is there already is left, so that it may be run again, and goes on where it stopped.
import type { Actor } from '@holdfast/shared/actor';
import { deploymentName } from '@holdfast/shared/deployment';
import { type Failure, OperationFailure } from '@holdfast/shared/failures';
import type { BackupId, DeploymentId, DestinationId, PolicyId, RecoveryKitId } from '@holdfast/shared/ids';
import type { Manifest } from '@holdfast/shared/manifest';
import { defaultPolicySettings } from '@holdfast/shared/policy';
import { v7 as uuid } from 'uuid';
import { type BackupState, recoverBackup } from '../domain/backup.ts';
import { recoverDeployment } from '../domain/deployment.ts';
import { openWithKey } from '../keys/open-with-key.ts';
import type { StoredDeployment } from '../projections/deployments.ts';
import type { Services } from '../services.ts';
import { backupIdOfKey } from '../storage/archive-key.ts';
import { adoptedFacts } from './adopted-facts.ts';
import { execute } from './execute.ts';

export interface RecoverBackups {
  readonly actor: Actor;
  /** The kit whose keys were imported before. */
  readonly kitId: RecoveryKitId | null;
  /** Told after each archive. */
  readonly onProgress?: (done: number, of: number) => void;
}

export interface RecoveredBackup {
  readonly backupId: BackupId;
  readonly deploymentName: string;
  readonly key: string;
  readonly takenAt: string;
  readonly documents: number;
  readonly sizeBytes: number;
  readonly encrypted: boolean;
}

export interface RecoveryReport {
  readonly destination: string;
  readonly archives: number;
  /** Newest first. */
  readonly recovered: readonly RecoveredBackup[];
  /** Archives of backups that the ledger knew before. */
  readonly known: number;
  readonly unreadable: readonly { readonly key: string; readonly failure: Failure }[];
  /** All that are registered by now. */
  readonly deployments: readonly { readonly id: DeploymentId; readonly name: string; readonly isConnected: boolean }[];
  readonly durationMs: number;
}

/** Manifests that are read at once: from a bucket each costs a few round trips. */
const atOnce = 8;

/** Takes on every archive of the main destination that the ledger does not know. Throws what the storage throws. */
export async function recoverBackups(services: Services, command: RecoverBackups): Promise<RecoveryReport> {
  const startedAt = performance.now();
  const storage = services.destinations.main;
  const archives = await newestFirst(storage.list());
  const pass = new Pass(services, command);
  const queue = archives.values();
  let done = 0;
  const takeOneByOne = async () => {
    for (const archive of queue) {
      await pass.take(archive);
      command.onProgress?.(++done, archives.length);
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: atOnce }, takeOneByOne));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  await pass.record(archives.length);
  return {
    destination: storage.url,
    archives: archives.length,
    ...pass.found(),
    deployments: await deploymentsOf(services),
    durationMs: Math.round(performance.now() - startedAt),
  };
}

async function deploymentsOf({ ledger }: Services): Promise<RecoveryReport['deployments']> {
  const deployments = await ledger.readModel<StoredDeployment>('deployments');
  const registered = await deployments.find({ removed: false }).sort({ name: 1 }).toArray();
  return registered.map(({ _id, name, secretRef }) => ({
    ...{ id: _id as DeploymentId, name },
    isConnected: secretRef !== null,
  }));
}

type Archive = { readonly key: string; readonly sizeBytes: number };

/** So that a deployment is known by what it last was. */
async function newestFirst(list: AsyncIterable<Archive>): Promise<Archive[]> {
  const timeOf = ({ key }: Archive) => key.slice(key.lastIndexOf('/'));
  return (await Array.fromAsync(list)).sort((a, b) => (timeOf(a) < timeOf(b) ? 1 : -1));
}

class Pass {
  readonly #services: Services;
  readonly #command: RecoverBackups;
  readonly #recovered: RecoveredBackup[] = [];
  readonly #unreadable: { key: string; failure: Failure }[] = [];
  readonly #deployments = new Map<DeploymentId, Promise<unknown>>();
  #known = 0;
  #previous: Manifest['ledger'] | null = null;

  constructor(services: Services, command: RecoverBackups) {
    this.#services = services;
    this.#command = command;
  }

  /** One archive. What cannot be read is listed with its reason. */
  async take({ key, sizeBytes }: Archive): Promise<void> {
    const named = backupIdOfKey(key);
    if (named !== undefined && (await this.#isKnown(named))) {
      this.#known += 1;
      return;
    }
    try {
      await this.#recover({ key, sizeBytes });
    } catch (error) {
      if (!(error instanceof OperationFailure)) throw error;
      this.#unreadable.push({ key, failure: error.toFailure() });
    }
  }

  found(): Pick<RecoveryReport, 'recovered' | 'known' | 'unreadable'> {
    const recovered = this.#recovered.toSorted((a, b) => (a.takenAt < b.takenAt ? 1 : -1));
    const unreadable = this.#unreadable.toSorted((a, b) => (a.key < b.key ? -1 : 1));
    return { recovered, known: this.#known, unreadable };
  }

  /** That it happened, once anything was taken on. */
  async record(archives: number): Promise<void> {
    if (this.#recovered.length === 0) return;
    const { kitId, actor } = this.#command;
    const counts = { archives, backups: this.#recovered.length, unreadable: this.#unreadable.length };
    const destinationId = this.#services.destinations.main.id as DestinationId;
    const data = { destinationId, ...counts, kitId, previous: this.#previous };
    await execute(this.#services.ledger, {
      ...{ actor, reads: [] },
      decide: () => [{ stream: 'configuration', type: 'LedgerRecovered', data }],
    });
  }

  async #recover({ key, sizeBytes }: Archive): Promise<void> {
    const { destinations, keys } = this.#services;
    const storage = destinations.main;
    const source = { sizeBytes, read: (range: { start: number; end: number }) => storage.read(key, range) };
    const { archive, encryption } = await openWithKey(keys, source);
    const { manifest } = archive;
    const backupId = manifest.backupId as BackupId;
    const deploymentId = manifest.deployment.id as DeploymentId;
    await this.#knowDeployment(manifest);
    const place = { backupId, deploymentId, destinationId: storage.id as DestinationId, key, sizeBytes };
    const data = adoptedFacts(archive, place, encryption);
    const [event] = await this.#append(backupId, [`backup:${backupId}`, `deployment:${deploymentId}`], (read) =>
      recoverBackup({ backup: read(`backup:${backupId}`), deployment: read(`deployment:${deploymentId}`) }, data),
    );
    if (event?.type !== 'BackupAdopted') {
      this.#known += 1;
      return;
    }
    if (manifest.ledger.position > (this.#previous?.position ?? 0)) this.#previous = manifest.ledger;
    const { deploymentName: name, createdAt: takenAt, documents } = event.data;
    const encrypted = encryption !== undefined;
    this.#recovered.push({ backupId, deploymentName: name, key, takenAt, documents, sizeBytes, encrypted });
  }

  /** Once for each deployment. */
  #knowDeployment(manifest: Manifest): Promise<unknown> {
    const deploymentId = manifest.deployment.id as DeploymentId;
    const known = this.#deployments.get(deploymentId) ?? this.#recoverDeployment(deploymentId, manifest);
    this.#deployments.set(deploymentId, known);
    return known;
  }

  #recoverDeployment(deploymentId: DeploymentId, { deployment, database, server }: Manifest): Promise<unknown> {
    const name = deploymentName.safeParse(deployment.name).success ? deployment.name : 'recovered';
    const found = { deploymentId, name, hosts: deployment.hosts, database, serverVersion: server.version };
    const policy = { policyId: uuid() as PolicyId, name: 'daily', settings: defaultPolicySettings };
    const stream = `deployment:${deploymentId}` as const;
    return this.#append(uuid(), ['configuration', stream], (read) =>
      recoverDeployment({ registry: read('configuration'), deployment: read(stream) }, { found, policy }),
    );
  }

  #append(correlationId: string, reads: readonly string[], decide: Parameters<typeof execute>[1]['decide']) {
    return execute(this.#services.ledger, { actor: this.#command.actor, correlationId, reads, decide });
  }

  async #isKnown(backupId: BackupId): Promise<boolean> {
    return ((await this.#services.ledger.state(`backup:${backupId}`)) as BackupState | undefined) !== undefined;
  }
}
