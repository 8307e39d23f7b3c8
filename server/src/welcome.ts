// The first start: registers the deployment that the environment names, or shows a sample database, backed up once.
import type { Actor } from '@holdfast/shared/actor';
import { AppError } from '@holdfast/shared/errors';
import type { DeploymentId, PolicyId } from '@holdfast/shared/ids';
import { MongoClient } from 'mongodb';
import type { App } from './app.ts';
import { request } from './commands/backups.ts';
import { register, update } from './commands/deployments.ts';
import type { Config } from './config.ts';
import type { DeploymentState } from './domain/deployment.ts';
import { parseConnectionString } from './engine/connection-string.ts';
import { throughFailover } from './ledger/through-failover.ts';
import type { StoredDeployment } from './projections/deployments.ts';
import type { StoredPolicy } from './projections/policies.ts';
import { loadSample } from './sample/load-sample.ts';

export interface Welcome {
  /** `default`, `sample`, or null when neither is there. */
  readonly deployment: string | null;
  /** When its daily backup runs: hour and time zone. */
  readonly schedule: { readonly hour: number; readonly timezone: string } | null;
  /** What could not be done, in words with what to do; the service runs all the same. */
  readonly problem: string | null;
}

const sampleDatabase = 'shop';

/** Idempotent: what is registered already stays as it is. */
export async function welcome(app: App, config: Config, onProgress: (line: string) => void): Promise<Welcome> {
  const name = config.mongodbUri !== null ? 'default' : 'sample';
  try {
    const { mongodbUri } = config;
    if (mongodbUri !== null) await throughFailover(() => registerDefault(app, mongodbUri));
    else if (app.embedded !== null) await showSample(app, onProgress);
    return { deployment: (await find(app, name))?.name ?? null, schedule: await scheduleOf(app, name), problem: null };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { deployment: null, schedule: null, problem: `${error.message} ${error.hint}` };
  }
}

/** A changed MONGODB_URI changes the registered connection. */
async function registerDefault(app: App, uri: string): Promise<void> {
  const { services } = app;
  const actor: Actor = { kind: 'system', id: services.instanceId };
  const known = await find(app, 'default');
  if (known === null) {
    await register(services, { name: 'default', uri, actor }).catch(async (error: unknown) => {
      // Another server that starts with the same settings was first.
      if ((await find(app, 'default')) === null) throw error;
    });
    return;
  }
  const state = (await services.ledger.state(`deployment:${known._id}`)) as DeploymentState;
  const { secretRef } = state.facts;
  // A recovered one has none yet.
  const sealed = secretRef === null ? null : await services.secrets.open(secretRef);
  if (sealed === null || parseConnectionString(sealed).uri !== parseConnectionString(uri).uri) {
    await update(services, { id: known._id as DeploymentId, uri, actor });
  }
}

/** Only on a ledger that has never known a deployment: whoever removes the sample does not get it again. */
async function showSample(app: App, onProgress: (line: string) => void): Promise<void> {
  const { services, embedded } = app;
  if (embedded === null || (await services.ledger.head()).position > 0) return;
  onProgress('Loading a sample database: a shop with customers, orders, products and events...');
  const uri = await embedded.sampleUri(sampleDatabase);
  const client = new MongoClient(uri);
  try {
    await loadSample(client, sampleDatabase);
  } finally {
    await client.close();
  }
  const actor: Actor = { kind: 'system', id: services.instanceId };
  const deploymentId = await register(services, { name: 'sample', uri, actor });
  const policies = await services.ledger.readModel<StoredPolicy>('policies');
  const policy = await policies.findOne({ deploymentId: deploymentId as never });
  await request(services, {
    deploymentId,
    policyId: (policy?._id ?? null) as PolicyId | null,
    trigger: 'manual',
    actor,
  });
}

async function find({ services }: App, name: string): Promise<StoredDeployment | null> {
  const deployments = await services.ledger.readModel<StoredDeployment>('deployments');
  return deployments.findOne({ name, removed: false });
}

async function scheduleOf(app: App, name: string): Promise<Welcome['schedule']> {
  const deployment = await find(app, name);
  const policies = await app.services.ledger.readModel<StoredPolicy>('policies');
  const policy =
    deployment && (await policies.findOne({ deploymentId: deployment._id as never, enabled: true, removed: false }));
  return policy ? { hour: policy.scheduledHour, timezone: policy.timezone } : null;
}
