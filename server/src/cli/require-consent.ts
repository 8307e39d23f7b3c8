import { createInterface } from 'node:readline/promises';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import type { Invocation } from './invocation.ts';

/** Asks before something that cannot be taken back; where nobody can answer, `--yes` has to be there. Throws `NOT_CONFIRMED`. */
export async function requireConsent(
  { stdin, stderr, output }: Invocation,
  question: string,
  yes: boolean | undefined,
): Promise<void> {
  if (yes) return;
  if (stdin.isTTY && stderr.isTTY && !output.json) {
    const lines = createInterface({ input: stdin, output: stderr });
    const answer = await lines.question(`${question} [y/N] `).finally(() => lines.close());
    if (/^y(?:es)?$/i.test(answer.trim())) return;
  }
  throw new CliError(exitCodes.refused, {
    code: 'NOT_CONFIRMED',
    message: `${question} It was not confirmed, and nothing was changed.`,
    hint: 'Run it again with --yes.',
  });
}
