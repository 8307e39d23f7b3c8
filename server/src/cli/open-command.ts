// `open FILE`: an archive file on this machine, read without a server and without a ledger.
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AppError } from '@holdfast/shared/errors';
import type { ManifestNamespace } from '@holdfast/shared/manifest';
import { type Command, Option } from 'commander';
import { type AgeIdentity, InvalidAgeKey, parseIdentities } from '../archive/age/age-keys.ts';
import { type ArchiveCollection, ArchiveCollections } from '../archive/archive-collections.ts';
import type { DocumentFilter } from '../archive/document-filter.ts';
import { exportCollection } from '../archive/export-collection.ts';
import { type ArchiveSource, openArchive } from '../archive/open-archive.ts';
import { InvalidFilter, parseFilter } from '../archive/parse-filter.ts';
import { readPage } from '../archive/read-page.ts';
import { dataOf } from '../archive/users-and-roles.ts';
import { verifyArchive } from '../archive/verify-archive.ts';
import { FileReader } from '../storage/file-reader.ts';
import { type DocumentOptions, documentOptions, formatOf } from './backup-documents-command.ts';
import { CliError } from './cli-error.ts';
import { collectionTable } from './describe-backup.ts';
import { documentLines, pageLine } from './describe-documents.ts';
import { exitCodes } from './exit-codes.ts';
import type { Invocation } from './invocation.ts';
import { printable } from './printable.ts';
import { counted, formatBytes, formatDuration } from './quantities.ts';
import { discardPartial, finishFile, requireFree, savePieces } from './save-pieces.ts';
import { facts } from './table.ts';
import { formatTime } from './times.ts';

interface OpenOptions extends DocumentOptions {
  readonly identity?: readonly string[];
  readonly verify?: boolean;
  readonly export?: 'bson' | 'jsonl';
  readonly output?: string;
}

/** `open FILE [NAMESPACE]`. */
export function addOpenCommand(program: Command, invocation: Invocation): void {
  const command = program
    .command('open')
    .description('look into an archive file on this machine, without a server')
    .argument('<file>', 'the archive, a .zip file')
    .argument('[namespace]', 'database.collection: shows its documents')
    .option('--identity <file>', 'secret keys of age for an encrypted archive; may be given again', gather)
    .option('--verify', 'read it wholly and check every byte against its manifest')
    .addOption(new Option('--export <format>', 'write the whole collection').choices(['bson', 'jsonl']))
    .option('--output <file>', 'where --export writes to; - is standard output');
  documentOptions(command).action((file: string, namespace: string | undefined, options: OpenOptions) =>
    openFile(invocation, { file, namespace, options }),
  );
}

function gather(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

interface Order {
  readonly file: string;
  readonly namespace: string | undefined;
  readonly options: OpenOptions;
}

async function openFile(invocation: Invocation, { file, namespace, options }: Order): Promise<void> {
  requireSense(namespace, options);
  const source = await fileSource(resolve(invocation.config.workingDir, file));
  const identities = await readIdentities(invocation, options.identity ?? []);
  if (options.verify) return await verify(invocation, source, identities);
  const collections = new ArchiveCollections(await openArchive(source, { identities }));
  if (namespace === undefined) return list(invocation, collections, source);
  const collection = collections.find(namespace);
  if (collection === undefined) throw new AppError('COLLECTION_NOT_FOUND', { namespace });
  return options.export === undefined
    ? await showDocuments(invocation, collection, options)
    : await write(invocation, collection, options);
}

function requireSense(namespace: string | undefined, options: OpenOptions): void {
  const about = (message: string) =>
    new CliError(exitCodes.usage, { code: 'USAGE', message, hint: 'holdfast open --help' });
  if (namespace === undefined && (options.export !== undefined || options.filter !== undefined))
    throw about('--filter and --export are about one collection: name it after the file.');
  if (options.verify && namespace !== undefined) throw about('--verify reads the whole archive, not one collection.');
  if (options.output !== undefined && options.export === undefined) throw about('--output goes with --export.');
}

async function fileSource(path: string): Promise<ArchiveSource> {
  const { size } = await stat(path);
  return { sizeBytes: size, read: (range) => new FileReader(path, range) };
}

async function readIdentities({ config }: Invocation, files: readonly string[]): Promise<AgeIdentity[]> {
  const identities: AgeIdentity[] = [];
  for (const file of files) {
    try {
      identities.push(...parseIdentities(await readFile(resolve(config.workingDir, file), 'utf8')));
    } catch (error) {
      if (!(error instanceof InvalidAgeKey)) throw error;
      throw new CliError(exitCodes.usage, {
        code: 'IDENTITY_INVALID',
        message: `${file} cannot be used: ${error.message}`,
        hint: 'A key file holds lines that begin with AGE-SECRET-KEY-1, as age-keygen writes them.',
      });
    }
  }
  return identities;
}

async function verify(
  { output }: Invocation,
  source: ArchiveSource,
  identities: readonly AgeIdentity[],
): Promise<void> {
  const outcome = await verifyArchive({ source, identities });
  const { documents, bytes, durationMs, sha256 } = outcome;
  output.answer(outcome, () =>
    [
      `The archive is whole: ${counted(documents, 'document')}, ${formatBytes(bytes)} read in ${formatDuration(durationMs)}.`,
      `SHA-256 ${sha256}`,
    ].join('\n'),
  );
}

function list({ output }: Invocation, { archive }: ArchiveCollections, { sizeBytes }: ArchiveSource): void {
  const { manifest, isEncrypted } = archive;
  const held = dataOf(manifest.namespaces).map(summaryOf);
  const { backupId, deployment, database, startedAt, server } = manifest;
  const about = { backupId, deployment, database, startedAt, sizeBytes, encrypted: isEncrypted };
  output.answer({ ...about, collections: held }, () =>
    [
      facts([
        ['Backup', backupId],
        ['Deployment', `${deployment.name} (${deployment.hosts.join(', ')}), MongoDB ${server.version}`],
        ['Scope', database === null ? 'all databases' : `database ${database}`],
        ['Taken', formatTime(startedAt)],
        ['Size', `${formatBytes(sizeBytes)}, ${formatBytes(manifest.dump.rawBytes)} uncompressed`],
        ['Encrypted', isEncrypted ? 'yes' : 'no'],
      ]),
      '',
      collectionTable(held),
    ].join('\n'),
  );
}

function summaryOf({ database, collection, type, documents, bytes, indexes }: ManifestNamespace) {
  return { database, collection, type, documents, bytes, indexes: indexes.length };
}

async function showDocuments(
  { output }: Invocation,
  collection: ArchiveCollection,
  options: OpenOptions,
): Promise<void> {
  const { limit, after } = options;
  const page = await readPage(collection, (frame) => collection.read(frame), {
    ...{ from: after, limit, format: formatOf(options), filter: filterOf(options) },
    maxText: Number.POSITIVE_INFINITY,
    budget: { ms: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY },
  });
  const { documents, next, endedBy } = page;
  const answer = { collection: summaryOf(collection.namespace), documents, nextCursor: next, endedBy };
  output.answer(answer, () => documentLines(documents));
  const total = collection.namespace.documents;
  output.say(pageLine({ from: after, found: documents.length, next, total, isFiltered: options.filter !== undefined }));
}

function filterOf({ filter }: OpenOptions): DocumentFilter | undefined {
  try {
    return filter === undefined ? undefined : parseFilter(filter);
  } catch (error) {
    if (error instanceof InvalidFilter) throw new AppError('FILTER_INVALID', error.problem);
    throw error;
  }
}

async function write(
  { config, output }: Invocation,
  collection: ArchiveCollection,
  options: OpenOptions,
): Promise<void> {
  const { export: format = 'bson' } = options;
  const pieces = exportCollection(collection, format);
  if (options.output === '-') {
    for await (const piece of pieces) await output.write(piece);
    return;
  }
  const { database, collection: name, documents } = collection.namespace;
  const path = resolve(
    config.workingDir,
    options.output ?? `${database}.${name}.${format}`.replace(/[/\\\p{Cc}]/gu, '_'),
  );
  await requireFree(path);
  try {
    const { bytes } = await savePieces(path, pieces);
    await finishFile(path);
    output.answer(
      { file: path, bytes, documents },
      () => `Wrote ${counted(documents, 'document')}, ${formatBytes(bytes)}, to ${printable(path)}.`,
    );
  } catch (error) {
    await discardPartial(path);
    throw error;
  }
}
