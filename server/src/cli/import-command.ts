// Brings a dump that was made elsewhere to the server. A directory becomes one stream on the way: nothing of it is copied.
import { resolve } from 'node:path';
import type { Backup } from '@holdfast/shared/backup';
import type { Command } from 'commander';
import { type DumpToSend, openDumpPath } from '../archive/import/open-dump-path.ts';
import type { NamespaceName } from '../archive/rewrite-archive.ts';
import { CliError } from './cli-error.ts';
import { describeBackup } from './describe-backup.ts';
import { exitCodes } from './exit-codes.ts';
import { interruption } from './interruption.ts';
import type { Invocation } from './invocation.ts';
import { momentOf, namespaceOf } from './option-values.ts';
import type { Output } from './output.ts';
import { printable } from './printable.ts';
import { counted, formatBytes } from './quantities.ts';
import { uploadDump } from './upload-dump.ts';

interface ImportOptions {
  readonly deployment: string;
  readonly namespace?: NamespaceName;
  readonly takenAt?: string;
}

/** `import PATH --deployment NAME`. */
export function addImportCommand(program: Command, invocation: Invocation): void {
  program
    .command('import')
    .description('take a dump that was made elsewhere in as a backup')
    .argument('<path>', "mongodump's directory, an .archive, .archive.gz or .bson file, or - for standard input")
    .requiredOption('--deployment <deployment>', 'the registered deployment that it is a backup of, by name or id')
    .option('--namespace <database.collection>', 'of which collection a .bson file is', namespaceOf)
    .option('--taken-at <time>', 'when the dump was taken (default: when its file was written)', momentOf)
    .action((path: string, options: ImportOptions) => importDump(invocation, path, options));
}

async function importDump(invocation: Invocation, path: string, options: ImportOptions): Promise<void> {
  const { output } = invocation;
  const connection = await invocation.connect();
  const progress = new SendProgress(output);
  const dump = await dumpOf(invocation, path, options, progress);
  if (dump.ignored.length > 0)
    output.say(`Not part of the dump: ${dump.ignored.slice(0, 10).map(printable).join(', ')}`);
  progress.totalBytes = dump.totalBytes;
  using interrupted = interruption('Nothing was imported.');
  const { deployment, namespace } = options;
  const backup = await uploadDump(connection, {
    query: {
      deployment,
      fileName: dump.fileName,
      kind: dump.kind ?? undefined,
      namespace: namespace && `${namespace.database}.${namespace.collection}`,
      takenAt: options.takenAt ?? dump.takenAt,
    },
    body: dump.stream(),
    sizeBytes: dump.sizeBytes,
    signal: interrupted.signal,
  });
  output.answer(backup, () => `Imported.\n${describeBackup(backup)}\n${remarks(backup).join('\n')}`);
}

async function dumpOf(
  { stdin, config }: Invocation,
  path: string,
  { namespace }: ImportOptions,
  progress: SendProgress,
): Promise<DumpToSend> {
  const onRead = (bytes: number) => progress.add(bytes);
  if (path === '-') return ofStandardInput(stdin, onRead);
  return await openDumpPath(resolve(config.workingDir, path), {
    onRead,
    namespace: (suggestion) => namespace ?? askForNamespace(path, suggestion),
  });
}

function ofStandardInput(stdin: Invocation['stdin'], onRead: (bytes: number) => void): DumpToSend {
  async function* stream(): AsyncGenerator<Buffer> {
    for await (const chunk of stdin as AsyncIterable<Buffer>) {
      onRead(chunk.length);
      yield chunk;
    }
  }
  const takenAt = new Date().toISOString();
  return { kind: null, fileName: 'standard input', takenAt, totalBytes: null, sizeBytes: null, stream, ignored: [] };
}

function askForNamespace(path: string, { database, collection }: NamespaceName): never {
  throw new CliError(exitCodes.usage, {
    code: 'IMPORT_NAMESPACE_MISSING',
    message: `${path} has the documents of one collection, and does not say of which.`,
    hint: `Name it, for example: --namespace ${database}.${collection}`,
  });
}

/** What the one who imports should know of it. */
function remarks({ origin }: Backup): string[] {
  if (origin === undefined) return [];
  const { checked, leftOut, withoutMetadata } = origin;
  const said: string[] = [];
  if (checked === 'structure')
    said.push('Its files carry no checksum: the structure of every document was checked, not what it says.');
  if (leftOut.length > 0) said.push(`Left out: ${leftOut.map(printable).join(', ')}.`);
  if (withoutMetadata > 0)
    said.push(
      `Options and indexes of ${counted(withoutMetadata, 'collection')} are not known: the dump has no metadata of them.`,
    );
  return said;
}

const plainLineEveryMs = 10_000;

/** What was read so far: a line that moves, or one now and then. */
class SendProgress {
  totalBytes: number | null = null;
  readonly #output: Output;
  #bytes = 0;
  #saidAt = performance.now();

  constructor(output: Output) {
    this.#output = output;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
    const { liveLine } = this.#output;
    const everyMs = liveLine === null ? plainLineEveryMs : 100;
    if (performance.now() - this.#saidAt < everyMs) return;
    this.#saidAt = performance.now();
    const share = this.totalBytes ? ` of ${formatBytes(this.totalBytes)}` : '';
    const line = `sending: ${formatBytes(this.#bytes)}${share}`;
    if (liveLine === null) this.#output.say(line);
    else liveLine(line);
  }
}
