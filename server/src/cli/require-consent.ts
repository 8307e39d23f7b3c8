import { ask, canAsk } from './ask.ts';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import type { Invocation } from './invocation.ts';

/** Asks before something that cannot be taken back; where nobody can answer, `--yes` has to be there. Throws `NOT_CONFIRMED`. */
export async function requireConsent(
  invocation: Invocation,
  question: string,
  yes: boolean | undefined,
): Promise<void> {
  if (yes) return;
  if (canAsk(invocation) && /^\s*y(?:es)?\s*$/i.test(await ask(invocation, `${question} [y/N] `))) return;
  throw new CliError(exitCodes.refused, {
    code: 'NOT_CONFIRMED',
    message: `${question} It was not confirmed, and nothing was changed.`,
    hint: 'Run it again with --yes.',
  });
}
