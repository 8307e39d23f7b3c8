import type { ClientSession } from 'mongodb';
import type { HeadDocument, LedgerDatabase } from './ledger-database.ts';

/** The head as a transaction that has taken it sees it, and the time of the events that it may append. */
export interface TakenHead {
  readonly head: HeadDocument;
  /** The database's time, or the last event's where the clock went back: time never does along the chain. */
  readonly at: string;
}

/** Takes the head for the session's transaction. Fails at once, transiently, while another transaction has it. */
export async function takeHead(database: LedgerDatabase, session: ClientSession): Promise<TakenHead> {
  const head = await database.head.findOneAndUpdate(
    { _id: 'head' },
    [{ $set: { now: '$$NOW', turn: { $add: ['$turn', 1] } } }],
    { session, returnDocument: 'after' },
  );
  if (head === null) throw new Error("the ledger's head document is missing: restore the ledger's database");
  const now = head.now.toISOString();
  return { head, at: head.at !== null && head.at > now ? head.at : now };
}
