import type { Optime } from '@holdfast/shared/manifest';
import type { MongoClient, Timestamp } from 'mongodb';
import { explained } from './driver-failure.ts';

/** Where the primary is in its oplog now; null for a server that has none. Throws OperationFailure. */
export async function readOptime(client: MongoClient): Promise<Optime | null> {
  const { operationTime } = await explained(() => client.db('admin').command({ hello: 1 }));
  const at = operationTime as Timestamp | undefined;
  return at === undefined ? null : { seconds: at.getHighBitsUnsigned(), increment: at.getLowBitsUnsigned() };
}
