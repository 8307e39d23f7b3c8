// `backups documents` and `backups download`: what is in a backup, at the server.
import { resolve } from 'node:path';
import type { Backup } from '@holdfast/shared/backup';
import type { DocumentFormat, DocumentsPage } from '@holdfast/shared/document';
import { type Command, Option } from 'commander';
import { CliError } from './cli-error.ts';
import type { Connection } from './connect.ts';
import { documentLines, pageLine } from './describe-documents.ts';
import { noAnswer } from './error-report.ts';
import { exitCodes } from './exit-codes.ts';
import { findBackup } from './find-backup.ts';
import type { Invocation } from './invocation.ts';
import { limitOf, numberOf } from './option-values.ts';
import { printable } from './printable.ts';
import { formatBytes, formatCount } from './quantities.ts';
import { discardPartial, finishFile, partialOf, requireFree, savePieces, sizeOf } from './save-pieces.ts';
import { requestServer } from './server-request.ts';

/** Adds them to `backups`. */
export function addBackupDocumentsCommands(backups: Command, invocation: Invocation): void {
  documentOptions(
    backups
      .command('documents')
      .description('show documents of one collection, one JSON line each')
      .argument('<backup>', 'its id or the beginning of it')
      .argument('<namespace>', 'database.collection'),
  ).action((id: string, namespace: string, options: DocumentOptions) => documents(invocation, id, namespace, options));
  backups
    .command('download')
    .description('download the archive file, or one collection out of it')
    .argument('<backup>', 'its id or the beginning of it')
    .option('--collection <namespace>', 'only this one, as database.collection')
    .addOption(
      new Option('--format <format>', 'default: zip, with --collection bson').choices(['zip', 'bson', 'jsonl']),
    )
    .option('--output <file>', 'where to; - is standard output')
    .action((id: string, options: DownloadOptions) => download(invocation, id, options));
}

export interface DocumentOptions {
  readonly filter?: string;
  readonly limit: number;
  readonly after: number;
  readonly canonical?: boolean;
}

/** The options with which documents are chosen and shown. */
export function documentOptions(command: Command): Command {
  return command
    .option('--filter <json>', 'only those whose fields equal these values: {"status": "paid"}')
    .option('--limit <1-200>', 'how many', limitOf(200), 20)
    .option('--after <number>', 'leave so many out at the beginning', numberOf('The number', mostDocuments), 0)
    .option('--canonical', 'extended JSON that names every type');
}

const mostDocuments = { least: 0, most: 999_999_999 };

/** How documents are written, by the option. */
export function formatOf({ canonical = false }: Pick<DocumentOptions, 'canonical'>): DocumentFormat {
  return canonical ? 'canonical' : 'relaxed';
}

async function documents(
  { output, connect }: Invocation,
  idOrPrefix: string,
  namespace: string,
  options: DocumentOptions,
): Promise<void> {
  const { client } = await connect();
  const { id } = await findBackup(client, idOrPrefix);
  const { filter, limit } = options;
  const found: DocumentsPage['documents'] = [];
  for (let cursor = options.after; ; ) {
    const page = await client.backups.documents.query({
      ...{ id, namespace, cursor, format: formatOf(options), limit: limit - found.length },
      ...(filter === undefined ? {} : { filter }),
    });
    found.push(...page.documents);
    const total = page.collection.documents;
    const isOver = page.nextCursor === null || page.endedBy !== 'budget';
    if (!isOver) {
      output.liveLine?.(`${formatCount(page.nextCursor ?? total)} of ${formatCount(total)} documents looked at`);
      cursor = page.nextCursor ?? total;
      continue;
    }
    output.answer({ ...page, documents: found }, () => documentLines(found));
    const facts = { from: options.after, found: found.length, next: page.nextCursor, total };
    output.say(pageLine({ ...facts, isFiltered: filter !== undefined }));
    return;
  }
}

interface DownloadOptions {
  readonly collection?: string;
  readonly format?: 'zip' | 'bson' | 'jsonl';
  readonly output?: string;
}

async function download(invocation: Invocation, idOrPrefix: string, options: DownloadOptions): Promise<void> {
  const { collection, format = collection === undefined ? 'zip' : 'bson' } = options;
  if ((collection === undefined) !== (format === 'zip'))
    throw usage('--format bson and jsonl are for one collection, named with --collection; zip is the whole archive.');
  const connection = await invocation.connect();
  const backup = await findBackup(connection.client, idOrPrefix);
  if (backup.status !== 'completed') throw notCompleted(backup);
  const address =
    collection === undefined
      ? `downloads/${backup.id}`
      : `downloads/${backup.id}/collection?${new URLSearchParams({ namespace: collection, format })}`;
  if (options.output === '-') return await toStandardOutput(invocation, connection, address);
  const name = options.output ?? `${collection ?? `${backup.deploymentName}-${backup.id}`}.${format}`;
  const path = resolve(invocation.config.workingDir, options.output === undefined ? fileName(name) : name);
  await requireFree(path);
  const saved =
    collection === undefined
      ? await downloadArchive(invocation, { connection, backup, address, path })
      : await downloadCollection(invocation, { connection, address, path });
  invocation.output.answer({ file: path, ...saved }, () => `Wrote ${formatBytes(saved.bytes)} to ${printable(path)}.`);
}

/** A name from elsewhere, fit for a file of this folder. */
function fileName(name: string): string {
  return name.replace(/[/\\\p{Cc}]/gu, '_');
}

interface Downloading {
  readonly connection: Connection;
  readonly address: string;
  readonly path: string;
}

/** Goes on where an earlier try stopped; what is whole then must be what the ledger knows. */
async function downloadArchive(
  { output }: Invocation,
  { connection, address, path, backup }: Downloading & { readonly backup: Backup },
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  // The hash of a recovered one is not known before it was read wholly once.
  const there = backup.sha256 === null ? 0 : await sizeOf(partialOf(path));
  const headers: Record<string, string> =
    there === 0 ? {} : { range: `bytes=${there}-`, 'if-range': `"${backup.sha256}"` };
  const response = await requestServer(connection, address, { headers, accepted: [416] });
  const keep = response.status === 206 || response.status === 416 ? there : 0;
  if (keep > 0) output.say(`${formatBytes(keep)} are here already.`);
  const pieces =
    response.status === 416
      ? none()
      : piecesOf(response, connection, 'Run the same command again: it goes on where it stopped.');
  const saved = await savePieces(path, pieces, { keep, onBytes: progressOf(output, backup.sizeBytes) });
  if (backup.sha256 !== null && saved.sha256 !== backup.sha256) {
    await discardPartial(path);
    throw new CliError(exitCodes.failed, {
      code: 'DOWNLOAD_DAMAGED',
      message: 'What was downloaded is not the archive that the ledger knows: its SHA-256 differs.',
      hint: 'It was removed. Download it again; if that ends the same way, verify the backup.',
      details: { expected: backup.sha256, found: saved.sha256 },
    });
  }
  await finishFile(path);
  return saved;
}

async function* none(): AsyncGenerator<Uint8Array> {}

async function downloadCollection(
  { output }: Invocation,
  { connection, address, path }: Downloading,
): Promise<{ readonly bytes: number }> {
  const response = await requestServer(connection, address);
  try {
    const length = response.headers.get('content-length');
    const onBytes = progressOf(output, length === null ? null : Number(length));
    const pieces = piecesOf(
      response,
      connection,
      'What was written is removed. Start again; if it ends the same way, verify the backup.',
    );
    const { bytes } = await savePieces(path, pieces, { onBytes });
    await finishFile(path);
    return { bytes };
  } catch (error) {
    await discardPartial(path);
    throw error;
  }
}

async function toStandardOutput({ output }: Invocation, connection: Connection, address: string): Promise<void> {
  const response = await requestServer(connection, address);
  for await (const piece of piecesOf(response, connection, 'What was written is not whole.')) await output.write(piece);
}

/** The body, whose end before time is an error in words. */
async function* piecesOf(response: Response, { url }: Connection, hint: string): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  try {
    yield* response.body as unknown as AsyncIterable<Uint8Array>;
  } catch (error) {
    const { exitCode } = noAnswer(error as Error, url);
    throw new CliError(exitCode, {
      code: 'DOWNLOAD_BROKEN',
      message: 'The download was broken off before its end.',
      hint,
    });
  }
}

function progressOf(output: Invocation['output'], total: number | null): (bytes: number) => void {
  let shownAt = 0;
  return (bytes) => {
    if (output.liveLine === null || Date.now() - shownAt < 200) return;
    shownAt = Date.now();
    output.liveLine(`${formatBytes(bytes)}${total === null ? '' : ` of ${formatBytes(total)}`} downloaded`);
  };
}

function usage(message: string): CliError {
  return new CliError(exitCodes.usage, { code: 'USAGE', message, hint: 'holdfast backups download --help' });
}

function notCompleted({ id, status }: Backup): CliError {
  return new CliError(exitCodes.refused, {
    code: 'BACKUP_NOT_RESTORABLE',
    message: `The backup ${id} is ${status}; only a completed one can be used.`,
    hint: 'Choose a completed backup.',
    details: { id, status },
  });
}
