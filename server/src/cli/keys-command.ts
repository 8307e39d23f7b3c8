// Encryption keys and the recovery kit from the command line. Passphrases come from files, pipes and questions.
import { open, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { EncryptionStatus } from '@holdfast/shared/encryption';
import { passphraseOf } from '@holdfast/shared/readable-secrets';
import type { Command } from 'commander';
import { CliError } from './cli-error.ts';
import type { Connection } from './connect.ts';
import { describeEncryption } from './describe-encryption.ts';
import { exitCodes } from './exit-codes.ts';
import type { Invocation } from './invocation.ts';
import { openKitFile } from './kit-file.ts';
import { type PassphraseOptions, readNewPassphrase, withPassphrase } from './passphrase-input.ts';
import { requireConsent } from './require-consent.ts';
import { facts } from './table.ts';

/** `keys list | create | kit | confirm | use | off | retire | add-recipient | remove-recipient | open`. */
export function addKeysCommand(program: Command, invocation: Invocation): void {
  const keys = program.command('keys').description('for whom backups are encrypted, and the recovery kit');
  keys
    .command('list', { isDefault: true })
    .description('list keys, recipients and the state of the recovery kit')
    .action(() => answerStatus(invocation, '', ({ client }) => client.encryption.status.query()));
  keys
    .command('create')
    .description('make a key; it is used once a confirmed recovery kit holds it')
    .argument('<name>', 'what it is called; this never changes')
    .action((name: string) =>
      answerStatus(invocation, `Made ${name}.`, ({ client }) => client.encryption.createKey.mutate({ name })),
    );
  addKitCommands(keys, invocation);
  addUseCommands(keys, invocation);
  addRecipientCommands(keys, invocation);
}

function addKitCommands(keys: Command, invocation: Invocation): void {
  withPassphrase(keys.command('kit'))
    .description('write a recovery kit with all keys, sealed with a passphrase (`age -d` opens it)')
    .argument('<file>', 'where to; must not be there yet')
    .option('--generate', 'make a strong passphrase and show it, once')
    .action((file: string, options: KitOptions) => writeKit(invocation, file, options));
  withPassphrase(keys.command('open'))
    .description('open a recovery kit, without a server: what is in it goes to standard output')
    .argument('<file>', 'the kit')
    .option('--code', 'only the confirmation code')
    .action((file: string, options: PassphraseOptions & { code?: boolean }) => showKit(invocation, file, options));
  keys
    .command('confirm')
    .description('enter the code that stands in the newest kit')
    .argument('<code>', 'such as 8F2K-1M9Q')
    .action((code: string) =>
      answerStatus(invocation, 'Confirmed.', ({ client }) => client.encryption.confirmKit.mutate({ code })),
    );
}

function addUseCommands(keys: Command, invocation: Invocation): void {
  keys
    .command('use')
    .description('encrypt new backups for this key, unless their policy says otherwise')
    .argument('<key>', 'name or id')
    .action((key: string) =>
      answerStatus(invocation, '', ({ client }) => client.encryption.setDefault.mutate({ key })),
    );
  keys
    .command('off')
    .description('do not encrypt new backups, unless their policy says otherwise')
    .action(() => answerStatus(invocation, '', ({ client }) => client.encryption.setDefault.mutate({ key: null })));
  keys
    .command('retire')
    .description('destroy a key that no backup needs any more')
    .argument('<key>', 'name or id')
    .option('--yes', 'do not ask')
    .action(async (key: string, { yes }: { yes?: boolean }) => {
      await requireConsent(invocation, `Destroy the key ${key}? Only recovery kits still hold it then.`, yes);
      await answerStatus(invocation, 'Retired.', ({ client }) => client.encryption.retireKey.mutate({ key }));
    });
}

function addRecipientCommands(keys: Command, invocation: Invocation): void {
  keys
    .command('add-recipient')
    .description('encrypt for somebody who keeps the secret key elsewhere, too')
    .argument('<name>', 'what it is called')
    .argument('<recipient>', 'the public key, age1...')
    .action((name: string, recipient: string) =>
      answerStatus(invocation, 'Added.', ({ client }) => client.encryption.addRecipient.mutate({ name, recipient })),
    );
  keys
    .command('remove-recipient')
    .description('stop encrypting new backups for them')
    .argument('<name>', 'name or id')
    .action((key: string) =>
      answerStatus(invocation, 'Removed.', ({ client }) => client.encryption.removeRecipient.mutate({ key })),
    );
}

async function answerStatus(
  { output, connect }: Invocation,
  done: string,
  ask: (connection: Connection) => Promise<EncryptionStatus>,
): Promise<void> {
  const status = await ask(await connect());
  output.answer(status, () => `${done === '' ? '' : `${done}\n\n`}${describeEncryption(status)}`);
}

interface KitOptions extends PassphraseOptions {
  readonly generate?: boolean;
}

async function writeKit(invocation: Invocation, name: string, options: KitOptions): Promise<void> {
  const { config, output } = invocation;
  const { client } = await invocation.connect();
  const passphrase = options.generate
    ? passphraseOf(crypto.getRandomValues(new Uint8Array(16)))
    : await readNewPassphrase(invocation, options);
  const file = resolve(config.workingDir, name);
  const { kitId, keyIds } = await intoNewFile(file, async (write) => {
    const kit = await client.encryption.issueKit.mutate({ passphrase });
    await write(kit.content);
    return kit;
  });
  const shown = options.generate ? { passphrase } : {};
  output.answer({ kitId, keyIds, file, ...shown }, () =>
    facts([
      ['Recovery kit', file],
      ...(options.generate ? ([['Passphrase', `${passphrase} (shown only now)`]] as const) : []),
      ['Next', `holdfast keys open ${name} --code, then holdfast keys confirm CODE`],
    ]),
  );
}

/** Made first, so that no kit is issued that cannot be kept; removed again when there is none to keep. */
async function intoNewFile<T>(file: string, fill: (write: (text: string) => Promise<void>) => Promise<T>): Promise<T> {
  const handle = await open(file, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    const hint = 'Nothing was changed. Choose another name, or move the old kit away first.';
    throw new CliError(exitCodes.usage, { code: 'USAGE', message: `${file} is there already.`, hint });
  });
  try {
    const result = await fill((text) => handle.writeFile(text));
    await handle.sync();
    return result;
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

async function showKit(
  invocation: Invocation,
  name: string,
  options: PassphraseOptions & { readonly code?: boolean },
): Promise<void> {
  const kit = await openKitFile(invocation, name, options);
  const { kitText } = await import('../keys/recovery-kit.ts');
  const { kitId, issuedAt, code } = kit;
  const whole = options.code ? {} : { text: kitText(kit) };
  invocation.output.answer({ kitId, issuedAt, code, ...whole }, () => (options.code ? code : kitText(kit)));
}
