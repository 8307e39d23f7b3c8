// Where the passphrase of a recovery kit comes from: a file, a pipe, or a question whose answer is not shown. Never an argument,
// which every user of the machine could read in the list of processes.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { kitPassphrase } from '@holdfast/shared/encryption';
import type { Command } from 'commander';
import { ask, canAsk } from './ask.ts';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import type { Invocation } from './invocation.ts';

export interface PassphraseOptions {
  readonly passphraseFile?: string;
  readonly passphraseStdin?: boolean;
}

/** The options that say where it comes from. */
export function withPassphrase(command: Command): Command {
  return command
    .option('--passphrase-file <file>', 'a file whose first line is the passphrase')
    .option('--passphrase-stdin', 'read the passphrase from standard input');
}

/** The passphrase of a kit that is there. Throws a CliError `USAGE` when none was given and nobody can be asked. */
export async function readPassphrase(invocation: Invocation, options: PassphraseOptions): Promise<string> {
  const given = await givenPassphrase(invocation, options);
  if (given !== null) return given;
  if (canAsk(invocation)) return await ask(invocation, 'Passphrase of the kit (not shown): ', { hidden: true });
  throw usage(
    'There is no passphrase.',
    'Give a file with --passphrase-file, or pipe the passphrase in with --passphrase-stdin.',
  );
}

/** A new passphrase: asked for twice where somebody sits, and long enough. Throws a CliError `USAGE`. */
export async function readNewPassphrase(invocation: Invocation, options: PassphraseOptions): Promise<string> {
  const passphrase = (await givenPassphrase(invocation, options)) ?? (await askTwice(invocation));
  const checked = kitPassphrase.safeParse(passphrase);
  if (checked.success) return passphrase;
  const problems = checked.error.issues.map(({ message }) => message).join(' ');
  throw usage(problems, 'Nothing was changed. --generate makes a strong one.');
}

async function askTwice(invocation: Invocation): Promise<string> {
  if (!canAsk(invocation))
    throw usage('There is no passphrase.', 'Give one with --passphrase-file or --passphrase-stdin, or say --generate.');
  const first = await ask(invocation, 'Passphrase, 12 characters at least (not shown): ', { hidden: true });
  const second = await ask(invocation, 'The same once more: ', { hidden: true });
  if (first !== second) throw usage('The two passphrases differ.', 'Nothing was changed. Try again.');
  return first;
}

async function givenPassphrase(
  { config, stdin }: Invocation,
  { passphraseFile, passphraseStdin }: PassphraseOptions,
): Promise<string | null> {
  if (passphraseFile !== undefined)
    return firstLine(await readFile(resolve(config.workingDir, passphraseFile), 'utf8'));
  return passphraseStdin ? firstLine(await text(stdin)) : null;
}

function firstLine(contents: string): string {
  return contents.split(/\r?\n/, 1)[0] ?? '';
}

function usage(message: string, hint: string): CliError {
  return new CliError(exitCodes.usage, { code: 'USAGE', message, hint });
}
