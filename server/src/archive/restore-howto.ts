import { archiveEntries, type Manifest } from '@holdfast/shared/manifest';
import type { PreludeNamespace } from './archive-prelude.ts';

/** What the first entry of an archive says of it. */
export interface HowtoFacts {
  readonly manifest: Pick<Manifest, 'backupId' | 'deployment' | 'database' | 'startedAt' | 'tool' | 'server'>;
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
  Tool        ${manifest.tool.name} ${manifest.tool.version}

LOOK BEFORE YOU RESTORE
Check that the file is whole, and see what mongorestore would do:

  unzip -t ${file}
  unzip -p ${file} ${archiveEntries.dump} | zstd -d | mongorestore --archive --dryRun --verbose

RESTORE
Into an empty server, everything:

  unzip -p ${file} ${archiveEntries.dump} | zstd -d | \\
    mongorestore --archive --uri='mongodb://HOST:27017'

${exampleText(file, example)}
Read the last line that mongorestore prints: it must say that 0 documents failed. mongorestore exits with
status 0 even when documents failed.

Do not add --drop without a second thought: it removes the live collections before it knows whether the
backup can be read, and leaves collections that the backup does not have.

WHAT IS IN THIS FILE
  ${archiveEntries.dump}  the dump: zstd frames, one after the other a mongodump archive
  ${archiveEntries.frames}             where each frame begins and which namespace it holds
  ${archiveEntries.manifest}      per namespace: documents, bytes, content fingerprint, options, indexes

NAMESPACES
${list(namespaces)}
`;
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
