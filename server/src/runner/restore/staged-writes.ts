// How the writes of a staging are acknowledged. Where one member holds all the data, waiting for its journal after each batch makes staging
// slower and nothing safer: what was staged is read back before it counts. Only a server that was started again meanwhile may have
// forgotten some of it, which is found out here.
import type { MongoClient } from 'mongodb';
import { explained } from '../../engine/driver-failure.ts';
import type { DeploymentFacts } from '../../engine/inspect-deployment.ts';

/** `received`: the primary has it, in memory perhaps. `majority`: it is there to stay. */
export type Acknowledgement = 'received' | 'majority';

/**
 * Where secondaries follow, the majority sets the pace: they are never left behind by a restore. A server outside a replica set cannot
 * say from when on what it received is there to stay.
 */
export function acknowledgementFor({ replicaSetMembers }: Pick<DeploymentFacts, 'replicaSetMembers'>): Acknowledgement {
  return replicaSetMembers.length === 1 ? 'received' : 'majority';
}

/** The run of the server, another one whenever it was started; null where it does not say (before MongoDB 4.4). Throws OperationFailure. */
export async function serverRun(client: MongoClient): Promise<string | null> {
  const { topologyVersion } = await explained(() => client.db('admin').command({ hello: 1 }));
  return topologyVersion === undefined ? null : String(topologyVersion.processId);
}

/** Of a replica set: resolves once all that it has done until now is what a majority read sees. Throws OperationFailure. */
export async function untilMajoritySees(client: MongoClient, database: string, collection: string): Promise<void> {
  const { operationTime } = await explained(() => client.db('admin').command({ ping: 1 }));
  const readConcern = { level: 'majority', afterClusterTime: operationTime };
  await explained(() => client.db(database).command({ find: collection, limit: 1, singleBatch: true, readConcern }));
}
