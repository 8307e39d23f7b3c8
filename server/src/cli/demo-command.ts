// The whole promise in one command: back up, lose data, bring it back, compare every byte, and show the ledger's proof.
import type { Command } from 'commander';
import { CliError } from './cli-error.ts';
import { readConnectionString } from './connection-string-input.ts';
import type { DemoContext, DemoResult } from './demo-context.ts';
import { demoSteps } from './demo-steps.ts';
import { exitCodes } from './exit-codes.ts';
import { interruption } from './interruption.ts';
import type { Invocation } from './invocation.ts';
import { formatDuration } from './quantities.ts';

interface DemoOptions {
  readonly sabotage?: boolean;
  readonly uri?: string;
  readonly uriFile?: string;
  readonly keepCopy?: boolean;
}

/** `demo`: on a sample database that it damages, or on the user's own, which it only reads and copies. */
export function addDemoCommand(program: Command, invocation: Invocation): void {
  program
    .command('demo')
    .description('back up, damage, restore and compare a sample database byte for byte, on a server of its own')
    .option('--sabotage', 'alter one byte after the restore: the comparison has to find it')
    .option(
      '--uri-file <file>',
      'on the database of this connection string instead: restored into a copy, never damaged',
    )
    .option('--uri <uri>', 'the same, for a connection string without a password')
    .option('--keep-copy', 'leave the copy there')
    .action((options: DemoOptions) => demo(invocation, options));
}

async function demo(invocation: Invocation, options: DemoOptions): Promise<void> {
  const { config, output } = invocation;
  const uri = await connectionString(invocation, options);
  using interrupted = interruption('What the demo started has been removed.');
  interrupted.signal.addEventListener('abort', () => output.say('\nCleaning up...'));
  const steps = demoSteps(output, interrupted.signal);
  const { sabotage = false, keepCopy = false } = options;
  const context = { config, output, steps, sabotage };
  const result = await run(context, uri, keepCopy);
  const { comparisons, ...rest } = result;
  const equal = comparisons.every((comparison) => comparison.equal);
  const chainIntact = result.chain.intact;
  output.answer({ equal, chainIntact, steps: steps.done, comparisons, ...rest }, () =>
    conclusion(equal && chainIntact, steps.totalMs),
  );
  if (!equal) throw notEqual(comparisons.flatMap(({ differences }) => differences));
  if (!chainIntact)
    throw new CliError(exitCodes.failed, { code: 'CHAIN_BROKEN', message: 'The ledger does not hold.', hint: '' });
}

/** Loaded only here: the other commands need neither a server nor a driver, and start faster without them. */
async function run(context: DemoContext, uri: string | null, keepCopy: boolean): Promise<DemoResult> {
  if (uri === null) return (await import('./demo-on-sample.ts')).demoOnSample(context);
  return (await import('./demo-on-database.ts')).demoOnDatabase({ ...context, uri, keepCopy });
}

async function connectionString(invocation: Invocation, { uri, uriFile }: DemoOptions): Promise<string | null> {
  if (uri === undefined) return uriFile === undefined ? null : readConnectionString(invocation, { uriFile });
  if (!/:\/\/[^/?]*:[^/?]*@/.test(uri)) return uri;
  throw new CliError(exitCodes.usage, {
    code: 'USAGE',
    message: 'A password among the arguments can be read by every user of this machine.',
    hint: 'Put the connection string into a file and name it with --uri-file.',
  });
}

function conclusion(good: boolean, totalMs: number): string {
  return good ? `\nEvery document and index is what it was. The whole took ${formatDuration(totalMs)}.` : '';
}

function notEqual(differences: readonly { namespace: string; id?: string; detail: string }[]): CliError {
  const [first] = differences;
  const where =
    first === undefined ? '' : `${first.namespace}${first.id === undefined ? '' : ` _id ${first.id}`}: ${first.detail}`;
  return new CliError(exitCodes.failed, {
    code: 'NOT_EQUAL',
    message: `What was restored is not what was backed up: ${where}`,
    hint: 'The differences are listed above.',
    details: { differences },
  });
}
