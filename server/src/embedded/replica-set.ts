import { type Document, type MongoClient, MongoServerError } from 'mongodb';

/** Makes a fresh mongod a replica set of the given members; nothing happens when it is one already. */
export async function initiateReplicaSet(
  client: MongoClient,
  name: string,
  hosts: readonly string[],
  settings: Document = {},
): Promise<void> {
  const members = hosts.map((host, index) => ({ _id: index, host }));
  try {
    await client.db('admin').command({ replSetInitiate: { _id: name, members, settings } });
  } catch (error) {
    if (!(error instanceof MongoServerError && error.codeName === 'AlreadyInitialized')) throw error;
  }
}

/** What `hello` says once the server is a writable primary. Throws when that takes longer than the deadline. */
export async function waitForPrimary(
  client: MongoClient,
  options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<Document> {
  const deadline = performance.now() + options.timeoutMs;
  for (let last: unknown; ; ) {
    options.signal?.throwIfAborted();
    try {
      const hello = await client.db('admin').command({ hello: 1 });
      if (hello.isWritablePrimary === true) return hello;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`The replica set has no primary after ${options.timeoutMs} ms.`, { cause: last });
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
