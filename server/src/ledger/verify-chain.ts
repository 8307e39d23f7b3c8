// Walks the whole chain as it is stored, neither parsed nor lifted, and says where it first differs: an event that is
// missing, changed, exchanged or added, a head that does not fit, or an anchor (a head that an archive's manifest
// recorded) that the chain does not pass through, which shows even a chain that was rewritten as a whole.
import type { ChainReport } from '@holdfast/shared/audit';
import type { LedgerEvent } from '@holdfast/shared/events';
import type { ClientSession } from 'mongodb';
import { genesisHash, hashEvent } from './event-hash.ts';
import { jsonOnly } from './json-only.ts';
import type { ChainAnchor } from './ledger.ts';
import type { HeadDocument, LedgerDatabase } from './ledger-database.ts';
import { asWritten, type StoredEvent } from './stored-event.ts';

export interface VerifyOptions {
  readonly signal?: AbortSignal;
  readonly anchors?: readonly ChainAnchor[];
}

type Difference = NonNullable<ChainReport['differsAt']>;

/** How far the walk has come. */
interface Walk {
  position: number;
  hash: string;
  readonly anchors: ReadonlyMap<number, string>;
}

/** Needs no lock: what is appended meanwhile is walked too. Throws the signal's reason when it aborts. */
export async function verifyChain(database: LedgerDatabase, options: VerifyOptions = {}): Promise<ChainReport> {
  const started = performance.now();
  const anchors = new Map(options.anchors?.map(({ position, hash }) => [position, hash]));
  const walk: Walk = { position: 0, hash: genesisHash, anchors };
  const { head, differsAt } = await database.client.withSession({ causalConsistency: true }, (session) =>
    walkToHead(database, walk, session, options.signal),
  );
  return {
    intact: differsAt === null,
    events: walk.position,
    head: { position: head?.position ?? 0, hash: head?.hash ?? genesisHash },
    durationMs: Math.round(performance.now() - started),
    differsAt,
  };
}

/** The head is read after the events, so that it is never behind them; what it is ahead of them is walked then. */
async function walkToHead(
  database: LedgerDatabase,
  walk: Walk,
  session: ClientSession,
  signal: AbortSignal | undefined,
): Promise<{ head: HeadDocument | null; differsAt: Difference | null }> {
  const early = await walkEvents(database, walk, {}, session, signal);
  const head = await database.head.findOne({ _id: 'head' }, { session });
  const upToHead = { _id: { $gt: walk.position, $lte: head?.position ?? 0 } };
  const differsAt = early ?? (await walkEvents(database, walk, upToHead, session, signal)) ?? endDiffers(walk, head);
  return { head, differsAt };
}

async function walkEvents(
  database: LedgerDatabase,
  walk: Walk,
  filter: object,
  session: ClientSession,
  signal: AbortSignal | undefined,
): Promise<Difference | null> {
  const stored = database.events.find(filter, { session, batchSize: 1_000 }).sort({ _id: 1 });
  for await (const event of stored) {
    signal?.throwIfAborted();
    const difference = stepDiffers(walk, event);
    if (difference !== null) return difference;
    walk.position = event._id;
    walk.hash = String(event.hash);
  }
  return null;
}

function stepDiffers(walk: Walk, event: StoredEvent): Difference | null {
  const position = walk.position + 1;
  const differs = (problem: Difference['problem'], expected: string, found: unknown) => {
    return { position, problem, expected, found: String(found) };
  };
  if (event._id !== position) return differs('missing', `position ${position}`, `position ${String(event._id)}`);
  if (event.prevHash !== walk.hash) return differs('previous-hash', walk.hash, event.prevHash);
  const computed = recompute(event);
  if (event.hash !== computed) return differs('hash', computed, event.hash);
  const anchor = walk.anchors.get(position);
  return anchor !== undefined && anchor !== event.hash ? differs('hash', anchor, event.hash) : null;
}

/** Only JSON was ever written: a date or a 64-bit number in place of a text is a change, though its hash may be the same. */
function recompute(event: StoredEvent): string {
  try {
    return hashEvent(jsonOnly(asWritten(event)) as unknown as LedgerEvent);
  } catch (error) {
    return `no hash: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Events gone from the end, or added after it: the head and the anchors still say how far the chain goes. */
function endDiffers(walk: Walk, head: HeadDocument | null): Difference | null {
  const next = walk.position + 1;
  if (head === null) return { position: next, problem: 'head', expected: 'a head document', found: 'none' };
  const furthest = Math.max(head.position, ...walk.anchors.keys());
  if (furthest > walk.position) {
    return { position: next, problem: 'missing', expected: `events up to position ${furthest}`, found: 'none' };
  }
  if (head.position < walk.position) {
    const found = `an event at position ${walk.position}`;
    return { position: head.position + 1, problem: 'head', expected: `the end at position ${head.position}`, found };
  }
  if (head.hash === walk.hash) return null;
  return { position: Math.max(1, head.position), problem: 'head', expected: walk.hash, found: head.hash };
}
