import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import type { Invocation } from './invocation.ts';
import { counted } from './quantities.ts';

const pageSize = 500;

/**
 * Writes every event after a position up to the head of now, oldest first, one JSON object a line. Positions have no gap,
 * so a page can be asked for by where it ends; a gap all the same, or a link that does not fit, ends it with `CHAIN_BROKEN`.
 */
export async function exportEvents({ output, connect }: Invocation, after: number): Promise<void> {
  const { client } = await connect();
  const head = await client.audit.head.query();
  let position = after;
  let hash: string | null = null;
  while (position < head.position) {
    const page = await client.audit.search.query({ cursor: position + pageSize + 1, limit: pageSize });
    const events = page.events
      .filter((event) => event.position > position && event.position <= head.position)
      .reverse();
    for (const event of events) {
      if (event.position !== position + 1 || (hash !== null && event.prevHash !== hash)) throw broken(position + 1);
      [position, hash] = [event.position, event.hash];
    }
    if (events.length === 0) throw broken(position + 1);
    await output.write(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  }
  output.say(`${counted(Math.max(0, position - after), 'event')} exported, head ${head.position} ${head.hash}`);
}

function broken(position: number): CliError {
  return new CliError(exitCodes.failed, {
    code: 'CHAIN_BROKEN',
    message: `The export ends before position ${position}: it is missing, or does not follow the one before.`,
    hint: 'Run `holdfast audit verify` to see what does not hold.',
    details: { position },
  });
}
