import type { ChainReport } from '@holdfast/shared/audit';
import type { LedgerEvent } from '@holdfast/shared/events';
import type { RunningDemo } from './demo-context.ts';
import { eventSummary } from './event-summary.ts';
import { counted } from './quantities.ts';
import { type Column, table } from './table.ts';

export interface LedgerStory {
  /** What the ledger says of the operations, oldest first. */
  readonly events: readonly LedgerEvent[];
  readonly chain: ChainReport;
}

/** Prints what the ledger recorded of these operations, each event with its hash, and walks the whole chain. */
export async function ledgerStory(
  { server, steps }: RunningDemo,
  operationIds: readonly string[],
): Promise<LedgerStory> {
  const { client } = server.connection;
  const story = await steps.step('Read the story in the ledger, and walk its chain of hashes', async () => {
    const pages = await Promise.all(
      operationIds.map((operationId) => client.audit.search.query({ operationId, limit: 500 })),
    );
    const events = pages.flatMap((page) => page.events as LedgerEvent[]);
    return { events: events.sort((a, b) => a.position - b.position), chain: await client.audit.verify.mutate({}) };
  });
  steps.tell(table(story.events, columns, 'The ledger says nothing.'));
  const { intact, events, head, differsAt } = story.chain;
  steps.tell(
    intact
      ? `The chain is whole: ${counted(events, 'event')}, head ${head.hash}`
      : `The chain is broken at ${differsAt?.position}: ${differsAt?.problem}`,
  );
  return story;
}

const columns: Column<LedgerEvent>[] = [
  { title: '#', value: ({ position }) => String(position), align: 'right' },
  { title: 'event', value: ({ type }) => type },
  { title: 'what', value: eventSummary },
  { title: 'previous', value: ({ prevHash }) => prevHash.slice(0, 12) },
  { title: 'hash', value: ({ hash }) => hash.slice(0, 12) },
];
