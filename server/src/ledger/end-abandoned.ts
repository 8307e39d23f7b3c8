import type { MongoClient, UUID } from 'mongodb';

/** A server of this service goes from one command of a transaction to the next in milliseconds. */
const abandonedAfterMs = 3_000;

/**
 * Ends the open transactions of this service that nobody goes on with, and returns how many. When a server is killed in the
 * middle of an append, the database keeps its transaction, and with it the head, for a minute or more. Needs no privilege:
 * every user may see and end its own sessions. Ours are told by the client's `appName`; without one nothing is ended.
 */
export async function endAbandoned(client: MongoClient): Promise<number> {
  const { appName } = client.options;
  if (appName === undefined) return 0;
  const admin = client.db('admin', { readPreference: 'primary' });
  const inactive = { appName, 'transaction.timeInactiveMicros': { $gt: abandonedAfterMs * 1_000 } };
  const abandoned = await admin
    .aggregate<{ lsid: { id: UUID } }>([
      { $currentOp: { allUsers: false, idleSessions: true } },
      { $match: { type: 'idleSession', active: false, ...inactive } },
    ])
    .toArray();
  if (abandoned.length > 0) await admin.command({ killSessions: abandoned.map(({ lsid }) => ({ id: lsid.id })) });
  return abandoned.length;
}
