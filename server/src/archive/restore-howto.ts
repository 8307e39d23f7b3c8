import { archiveEntries, encryptedEntries, type Manifest } from '@holdfast/shared/manifest';
import type { PreludeNamespace } from './archive-prelude.ts';

/** What the first entry of an archive says of it. */
export interface HowtoFacts {
  readonly manifest: Pick<
    Manifest,
    'backupId' | 'deployment' | 'database' | 'startedAt' | 'tool' | 'server' | 'origin'
  >;
  readonly namespaces: readonly PreludeNamespace[];
  /** The archive's file name, where it is known. */
  readonly fileName: string | undefined;
}

/** More would make the page unreadable; the manifest has them all. */
const listedAtMost = 200;

/** `RESTORE.txt`: how somebody without Holdfast gets the data back. */
export function restoreHowto({ manifest, namespaces, fileName }: HowtoFacts): string {
  const file = shellQuoted(fileName ?? 'FILE.zip');
  const example = namespaces.find(({ type }) => type === 'collection') ?? namespaces[0];
  return `This is a MongoDB backup made by Holdfast. Standard tools can restore it: unzip, zstd and
mongorestore (of the MongoDB Database Tools).

  Backup      ${manifest.backupId}
  Deployment  ${manifest.deployment.name} (${manifest.deployment.hosts.join(', ')})
  Scope       ${manifest.database ?? 'all databases'}
  Begun       ${manifest.startedAt}
  Server      MongoDB ${manifest.server.version}
  Tool        ${manifest.tool.name} ${manifest.tool.version}${originLine(manifest.origin)}

LOOK BEFORE YOU RESTORE
Check that the file is whole, and see what mongorestore would do:

  unzip -t ${file}
  unzip -p ${file} ${archiveEntries.dump} | zstd -d | mongorestore --archive --dryRun --verbose

RESTORE
Into an empty server, everything:

  unzip -p ${file} ${archiveEntries.dump} | zstd -d | \\
    mongorestore --archive --uri='mongodb://HOST:27017'

${exampleText(file, example)}
${readTheLastLine}
WHAT IS IN THIS FILE
  ${archiveEntries.dump}  the dump: zstd frames, one after the other a mongodump archive
  ${archiveEntries.frames}             where each frame begins and which namespace it holds
  ${archiveEntries.manifest}      per namespace: documents, bytes, content fingerprint, options, indexes

NAMESPACES
${list(namespaces)}
`;
}

/** What the first entry of an encrypted archive says: anybody can read it, so nothing of what is in the dump. */
export interface EncryptedHowtoFacts {
  readonly manifest: Pick<Manifest, 'backupId' | 'startedAt'>;
  /** Public keys, `age1...`. */
  readonly recipients: readonly string[];
  readonly fileName: string | undefined;
}

/** `RESTORE.txt` of an encrypted archive. */
export function encryptedHowto({ manifest, recipients, fileName }: EncryptedHowtoFacts): string {
  const file = shellQuoted(fileName ?? 'FILE.zip');
  const opened = `unzip -p ${file} ${encryptedEntries.dump} | age -d -i key.txt | zstd -d`;
  const manifestOpened = `unzip -p ${file} ${encryptedEntries.manifest} | age -d -i key.txt`;
  return `This is an encrypted MongoDB backup made by Holdfast. Standard tools can restore it: unzip, age
(https://age-encryption.org), zstd and mongorestore (of the MongoDB Database Tools).

  Backup      ${manifest.backupId}
  Begun       ${manifest.startedAt}

THE KEY
The secret key of any one of these public keys opens it:

${recipients.map((recipient) => `  ${recipient}`).join('\n')}

It is in the recovery kit of the server that made this backup: a text that begins with AGE-SECRET-KEY-1.
Put it into a file that only you can read, called key.txt here, and remove that file when you are done.

LOOK BEFORE YOU RESTORE
Check that the file is whole, see what is in it, and what mongorestore would do:

  unzip -t ${file}
  ${manifestOpened}
  ${opened} | mongorestore --archive --dryRun --verbose

RESTORE
Into an empty server, everything:

  ${opened} | \\
    mongorestore --archive --uri='mongodb://HOST:27017'

One collection only, here the collection ORDERS of the database SHOP:

  ${opened} | \\
    mongorestore --archive --uri='mongodb://HOST:27017' --nsInclude=SHOP.ORDERS

Beside what is there, into another database:

  ${opened} | \\
    mongorestore --archive --uri='mongodb://HOST:27017' \\
      '--nsInclude=SHOP.*' '--nsFrom=SHOP.*' '--nsTo=SHOP_restored.*'

mongorestore does not rename time-series collections and the collections that views read. Holdfast does.

${readTheLastLine}
WHAT IS IN THIS FILE
  ${encryptedEntries.dump}  the dump: zstd frames, one after the other a mongodump archive
  ${encryptedEntries.frames}             where each frame begins and which namespace it holds
  ${encryptedEntries.manifest}      per namespace: documents, bytes, content fingerprint, options, indexes
`;
}

const readTheLastLine = `Read the last line that mongorestore prints: it must say that 0 documents failed. mongorestore exits with
status 0 even when documents failed.

Do not add --drop without a second thought: it removes the live collections before it knows whether the
backup can be read, and leaves collections that the backup does not have.

Where the backup holds users and roles (admin.system.users), mongorestore restores them too, and with --drop
deletes those that were made since: '--nsExclude=admin.*' leaves them out. Those of the one database of a
backup (DATABASE.$admin.system.users) come back only with --db=DATABASE --restoreDbUsersAndRoles.
`;

function originLine(origin: Manifest['origin']): string {
  return origin === undefined
    ? ''
    : `\n  Imported    from ${printable(origin.fileName)}, a dump that was made elsewhere`;
}

function exampleText(file: string, example: PreludeNamespace | undefined): string {
  if (example === undefined) return '';
  const { database, collection } = example;
  const only = shellQuoted(`--nsInclude=${database}.${collection}`);
  const renamed = [`--nsInclude=${database}.*`, `--nsFrom=${database}.*`, `--nsTo=${database}_restored.*`];
  return `One collection only:

  unzip -p ${file} ${archiveEntries.dump} | zstd -d | \\
    mongorestore --archive --uri='mongodb://HOST:27017' ${only}

Beside what is there, into another database:

  unzip -p ${file} ${archiveEntries.dump} | zstd -d | \\
    mongorestore --archive --uri='mongodb://HOST:27017' \\
      ${renamed.map(shellQuoted).join(' ')}

mongorestore does not rename time-series collections and the collections that views read. Holdfast does.
`;
}

function list(namespaces: readonly PreludeNamespace[]): string {
  const lines = namespaces
    .slice(0, listedAtMost)
    .map(
      ({ database, collection, type }) =>
        `  ${printable(`${database}.${collection}`)}${type === 'collection' ? '' : ` (${type})`}`,
    );
  const more = namespaces.length - lines.length;
  return [...lines, ...(more > 0 ? [`  and ${more} more: see ${archiveEntries.manifest}`] : [])].join('\n');
}

function shellQuoted(text: string): string {
  return /^[\w.=/-]+$/.test(text) ? text : `'${printable(text).replaceAll("'", `'\\''`)}'`;
}

function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?');
}
