// Where a connection string comes from: a file, a pipe, or a question whose answer is not shown. Never an argument, which
// every user of the machine could read in the list of processes.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { ask, canAsk } from './ask.ts';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import type { Invocation } from './invocation.ts';

export interface ConnectionStringOptions {
  readonly uriStdin?: boolean;
  readonly uriFile?: string;
}

/** The connection string; null when none was named and nobody can be asked. */
export async function readConnectionString(
  invocation: Invocation,
  { uriStdin, uriFile }: ConnectionStringOptions,
): Promise<string | null> {
  const { config, stdin } = invocation;
  if (uriFile !== undefined) return given(await readFile(resolve(config.workingDir, uriFile), 'utf8'), uriFile);
  if (uriStdin) return given(await text(stdin), 'standard input');
  if (!canAsk(invocation)) return null;
  return given(await ask(invocation, 'Connection string (not shown): ', { hidden: true }), 'the answer');
}

/** As `readConnectionString`, where there has to be one. Throws a CliError `USAGE`. */
export async function requireConnectionString(
  invocation: Invocation,
  options: ConnectionStringOptions,
): Promise<string> {
  const uri = await readConnectionString(invocation, options);
  if (uri !== null) return uri;
  throw usage('There is no connection string.', 'Give a file with --uri-file, or pipe it in with --uri-stdin.');
}

function given(contents: string, source: string): string {
  const uri = contents.trim();
  if (uri === '') throw usage(`There is no connection string: ${source} is empty.`, 'Nothing was changed.');
  return uri;
}

function usage(message: string, hint: string): CliError {
  return new CliError(exitCodes.usage, { code: 'USAGE', message, hint });
}
