import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { RecoveryKitContents } from '../keys/recovery-kit.ts';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import type { Invocation } from './invocation.ts';
import { type PassphraseOptions, readPassphrase } from './passphrase-input.ts';

/** Opens the recovery kit in a file; asks for its passphrase. Throws a CliError `KIT_UNREADABLE`. */
export async function openKitFile(
  invocation: Invocation,
  name: string,
  options: PassphraseOptions,
): Promise<RecoveryKitContents> {
  // Only here: the other commands need none of the server's parts.
  const { KitUnreadable, openKit } = await import('../keys/recovery-kit.ts');
  const sealed = await readFile(resolve(invocation.config.workingDir, name));
  const passphrase = await readPassphrase(invocation, options);
  try {
    return await openKit(sealed, passphrase);
  } catch (error) {
    if (!(error instanceof KitUnreadable)) throw error;
    throw new CliError(exitCodes.usage, {
      code: 'KIT_UNREADABLE',
      message: error.message,
      hint: 'Nothing was changed. Check the file and its passphrase; upper and lower case matter.',
    });
  }
}
