// The recovery kit: what brings encrypted backups back when the server is gone. Its text is an identity file of `age` whose
// comments say the rest, so that `age -d` opens the kit and `age -d -i` uses what comes out, with or without Holdfast.
import { type EncryptionKeyId, encryptionKeyId, type RecoveryKitId, recoveryKitId } from '@holdfast/shared/ids';
import { AgeFailure } from '../archive/age/age-failure.ts';
import { type AgeIdentity, InvalidAgeKey, parseIdentity } from '../archive/age/age-keys.ts';
import { openWithPassphrase, sealWithPassphrase } from '../archive/age/passphrase.ts';

/** A key as the kit has it. */
export interface KitKey {
  readonly id: EncryptionKeyId;
  readonly name: string;
  readonly createdAt: string;
  readonly identity: AgeIdentity;
}

export interface RecoveryKitContents {
  readonly kitId: RecoveryKitId;
  readonly issuedAt: string;
  /** Shows that somebody has opened the kit. */
  readonly code: string;
  /** The destinations' addresses, without credentials. */
  readonly destinations: readonly string[];
  readonly keys: readonly KitKey[];
}

/** A kit that cannot be used: `message` says why, and holds nothing of it. */
export class KitUnreadable extends Error {
  override readonly name = 'KitUnreadable';
}

/** The kit under its passphrase, as a text. Takes a second. */
export function sealKit(contents: RecoveryKitContents, passphrase: string): Promise<string> {
  return sealWithPassphrase(kitText(contents), passphrase);
}

/** Opens a kit with its passphrase. Takes a second. Throws KitUnreadable. */
export async function openKit(sealed: string | Uint8Array, passphrase: string): Promise<RecoveryKitContents> {
  try {
    return parseKit(await openWithPassphrase(sealed, passphrase));
  } catch (error) {
    if (error instanceof AgeFailure) throw new KitUnreadable(`The recovery kit cannot be opened: ${reasonOf(error)}.`);
    if (error instanceof InvalidAgeKey)
      throw new KitUnreadable(`A key in the recovery kit is damaged: ${error.message}`);
    throw error;
  }
}

function reasonOf({ kind, message }: AgeFailure): string {
  return kind === 'key-missing' ? 'the passphrase is wrong, or the file is not a recovery kit' : message;
}

/** What the passphrase opens. */
export function kitText(kit: RecoveryKitContents): string {
  const { kitId, issuedAt, code, destinations, keys } = kit;
  const lines = [
    'Holdfast recovery kit',
    '',
    `Confirmation code: ${code}`,
    'Enter it where this kit was asked for: it shows that you can open the kit.',
    '',
    'Whoever has this text can read every backup that its keys open. Keep the sealed file and its passphrase in two',
    'places that outlive the server, and delete this opened copy.',
    '',
    `kit ${kitId} issued ${issuedAt}`,
    '',
    'Where the backups are:',
    ...destinations.map((url) => `destination ${url}`),
    '',
    ...steps,
    '',
    'The keys. The last one of each is secret.',
  ];
  return `${lines.map((line) => `# ${line}`.trimEnd()).join('\n')}\n${keys.map(keyText).join('')}`;
}

const steps = [
  'If the server is lost, with Holdfast:',
  '1. Install Holdfast anywhere, with an empty data folder. Destinations that need credentials need them here too.',
  '2. holdfast recover --storage DESTINATION --kit KIT',
  '   DESTINATION is an address from above, KIT the sealed file. It asks for the passphrase and lists the backups again.',
  '3. HOLDFAST_STORAGE_URL=DESTINATION holdfast serve',
  '4. Give each deployment its connection string: holdfast deployments update NAME --uri-file FILE',
  '5. Restore: holdfast restore BACKUP',
  '',
  'If the server is lost, without Holdfast (age, unzip, zstd and the MongoDB Database Tools):',
  '1. age -d -o keys.txt KIT',
  '2. unzip -p BACKUP dump.archive.zst.age | age -d -i keys.txt | zstd -d | mongorestore --archive --uri URI',
];

function keyText({ id, name, createdAt, identity }: KitKey): string {
  return `#\n# key ${id} created ${createdAt} named ${name}\n# public key: ${identity.recipient}\n${identity}\n`;
}

function parseKit(text: string): RecoveryKitContents {
  const kit = /^# kit (\S+) issued (\S+)$/m.exec(text);
  const kitId = recoveryKitId.safeParse(kit?.[1]);
  const keys = [...text.matchAll(/^# key (\S+) created (\S+) named (.+)\n# public key: \S+\n(\S+)$/gm)].map(keyOf);
  if (!kitId.success || keys.length === 0) throw new KitUnreadable('What the passphrase opens is not a recovery kit.');
  return {
    kitId: kitId.data,
    issuedAt: kit?.[2] ?? '',
    code: /^# Confirmation code: (\S+)$/m.exec(text)?.[1] ?? '',
    destinations: [...text.matchAll(/^# destination (.+)$/gm)].map(([, url]) => url ?? ''),
    keys,
  };
}

function keyOf([, id, createdAt = '', name = '', identity = '']: RegExpExecArray): KitKey {
  return { id: encryptionKeyId.parse(id), name, createdAt, identity: parseIdentity(identity) };
}
