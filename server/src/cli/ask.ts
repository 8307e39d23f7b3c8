import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import type { Invocation } from './invocation.ts';

/** Whether somebody sits there who can answer. */
export function canAsk({ stdin, stderr, output }: Invocation): boolean {
  return Boolean(stdin.isTTY && stderr.isTTY && !output.json);
}

/** Asks on the terminal; a hidden answer is not shown while it is typed. Ctrl-C throws a CliError `INTERRUPTED`. */
export async function ask(
  { stdin, stderr }: Invocation,
  question: string,
  { hidden = false }: { readonly hidden?: boolean } = {},
): Promise<string> {
  if (hidden) stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: hidden ? nowhere : stderr, terminal: true });
  try {
    return await lines.question(hidden ? '' : question);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    if (!hidden) stderr.write('\n');
    throw new CliError(exitCodes.interrupted, { code: 'INTERRUPTED', message: 'Interrupted.', hint: '' });
  } finally {
    lines.close();
    if (hidden) stderr.write('\n');
  }
}
