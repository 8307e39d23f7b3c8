// Where a destination's credentials come from: a file, a pipe, or two questions, the second one's answer not shown. Never an
// argument, which every user of the machine could read in the list of processes.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { type DestinationCredentials, destinationCredentials } from '@holdfast/shared/destination';
import { ask, canAsk } from './ask.ts';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import type { Invocation } from './invocation.ts';

export interface CredentialsOptions {
  readonly credentialsStdin?: boolean;
  readonly credentialsFile?: string;
  readonly askCredentials?: boolean;
}

/** The credentials; null when none were named. Throws a CliError `USAGE`. */
export async function readCredentials(
  invocation: Invocation,
  { credentialsStdin, credentialsFile, askCredentials }: CredentialsOptions,
): Promise<DestinationCredentials | null> {
  const { config, stdin } = invocation;
  if (credentialsFile !== undefined)
    return parsed(await readFile(resolve(config.workingDir, credentialsFile), 'utf8'), credentialsFile);
  if (credentialsStdin) return parsed(await text(stdin), 'standard input');
  if (!askCredentials) return null;
  if (!canAsk(invocation)) throw usage('There is nobody to ask for the credentials.');
  const accessKeyId = await ask(invocation, 'Access key id: ');
  const secretAccessKey = await ask(invocation, 'Secret access key (not shown): ', { hidden: true });
  return parsed(`${accessKeyId}\n${secretAccessKey}`, 'the answer');
}

/** Two lines, or the JSON that the API takes. */
function parsed(contents: string, source: string): DestinationCredentials {
  const [accessKeyId, secretAccessKey] = contents.trim().split(/\s*\n\s*/);
  const read = destinationCredentials.safeParse(jsonOf(contents) ?? { accessKeyId, secretAccessKey });
  if (read.success) return read.data;
  throw usage(`There are no credentials in ${source}.`);
}

function jsonOf(contents: string): unknown {
  if (!contents.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(contents);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return {};
  }
}

function usage(message: string): CliError {
  return new CliError(exitCodes.usage, {
    code: 'USAGE',
    message,
    hint: 'A file has two lines: the access key id, then the secret access key. Nothing was changed.',
  });
}
