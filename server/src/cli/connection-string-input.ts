// Where a connection string comes from: a file, a pipe, or a question whose answer is not shown. Never an argument, which
// every user of the machine could read in the list of processes.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import type { Invocation } from './invocation.ts';

export interface ConnectionStringOptions {
  readonly uriStdin?: boolean;
  readonly uriFile?: string;
}

/** The connection string; null when none was named and nobody can be asked. */
export async function readConnectionString(
  { config, stdin, stderr, output }: Invocation,
  { uriStdin, uriFile }: ConnectionStringOptions,
): Promise<string | null> {
  if (uriFile !== undefined) return given(await readFile(resolve(config.workingDir, uriFile), 'utf8'), uriFile);
  if (uriStdin) return given(await text(stdin), 'standard input');
  if (!stdin.isTTY || !stderr.isTTY || output.json) return null;
  return given(await askHidden(stdin, stderr, 'Connection string (not shown): '), 'the answer');
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

async function askHidden(stdin: NodeJS.ReadableStream, stderr: Writable, question: string): Promise<string> {
  stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true });
  try {
    return await lines.question('', { signal: interrupted(lines) });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    throw new CliError(exitCodes.interrupted, { code: 'INTERRUPTED', message: 'Interrupted.', hint: '' });
  } finally {
    lines.close();
    stderr.write('\n');
  }
}

function interrupted(lines: NodeJS.EventEmitter): AbortSignal {
  const stop = new AbortController();
  lines.once('SIGINT', () => stop.abort());
  return stop.signal;
}

function usage(message: string, hint: string): CliError {
  return new CliError(exitCodes.usage, { code: 'USAGE', message, hint });
}
