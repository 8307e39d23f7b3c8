// mongorestore as a child process. Exit code and last line are both believed, since it exits 0 when every document failed.
import type { Writable } from 'node:stream';
import { OperationFailure } from '@holdfast/shared/failures';
import { classifyLine, parseRestored, parseRestoreSummary, type SaidReason } from './classify-stderr.ts';
import { toolConnectionString, toolTimeouts } from './client-connection-strings.ts';
import { type DeploymentAddress, secretsOf } from './connection-string.ts';
import { toolConfig } from './dump-arguments.ts';
import { redactor } from './redact.ts';
import { restoreArguments } from './restore-arguments.ts';
import { runTool, type ToolExit } from './run-tool.ts';
import { toolFailure } from './tool-failure.ts';
import type { ToolLimits } from './tool-watch.ts';

export interface RestoreOptions extends ToolLimits {
  readonly mongorestorePath: string;
  readonly address: DeploymentAddress;
  /** Drop each collection of the archive first: only for names that hold nothing of value. */
  readonly drop: boolean;
  /** End at the first document that the server refuses. */
  readonly stopOnError: boolean;
  /** Bring back documents that the collection's validator refuses, too; default true: a backup gives back what was there. */
  readonly bypassDocumentValidation?: boolean;
  readonly noIndexRestore?: boolean;
  /** Writes count once the primary has them, in memory perhaps: for what is read back, and may be written again. */
  readonly receivedOnly?: boolean;
  /** That insert into one collection at once; default: 4, which pays for collections of megabytes. */
  readonly insertionWorkers?: number;
  /** Stops the restore: it is gone within about a second. What it wrote stays. */
  readonly signal: AbortSignal;
  /** Told of each namespace whose documents are written. Its indexes come later. */
  readonly onProgress?: (done: {
    readonly namespace: string;
    readonly restored: number;
    readonly failed: number;
  }) => void;
}

export interface RestoreExit {
  /** Documents that the server acknowledged. */
  readonly restored: number;
  /** Always 0: a restore with failed documents is a failure. */
  readonly failed: number;
  readonly stderrTail: string[];
}

export interface RestoreProcess {
  /** Also its process group; 0 when it could not be started. */
  readonly pid: number;
  /** Takes the archive. When it closes early (EPIPE), `exited` says why. */
  readonly stdin: Writable;
  /**
   * Settles when the process is gone. Rejects with OperationFailure (what `startDump` rejects with, and restore-incomplete
   * when not every document is in), or with the signal's reason. Need not be awaited at once.
   */
  readonly exited: Promise<RestoreExit>;
}

/** Starts mongorestore. Does not throw. The stall limit holds until the archive was handed over whole. */
export function startRestore(options: RestoreOptions): RestoreProcess {
  const { address, mongorestorePath: path, signal, wallClockLimitMs, stallLimitMs } = options;
  const limits = { ...(wallClockLimitMs && { wallClockLimitMs }), ...(stallLimitMs && { stallLimitMs }) };
  const reading = new RestoreReading(options.onProgress);
  const tool = runTool({
    ...limits,
    path,
    argv: restoreArguments({
      timeouts: toolTimeouts(address, serverSelectionSeconds),
      drop: options.drop,
      stopOnError: options.stopOnError,
      bypassDocumentValidation: options.bypassDocumentValidation ?? true,
      noIndexRestore: options.noIndexRestore ?? false,
      receivedOnly: options.receivedOnly ?? false,
      insertionWorkers: options.insertionWorkers ?? 4,
    }),
    secret: toolConfig(toolConnectionString(address, { primaryOnly: true })),
    stdin: true,
    onStderrLine: (line) => reading.read(line),
    redact: redactor(secretsOf(address.uri)),
    signal,
  });
  const exited = tool.exited.then((exit): RestoreExit => {
    const end = { tool: 'mongorestore', path, hosts: address.hosts, exit, said: reading.said, limits, signal };
    return conclude(exit, reading, toolFailure(end));
  });
  exited.catch(() => undefined);
  return { pid: tool.pid, stdin: tool.stdin, exited };
}

/** Longer than an election takes: writes are retried, and a new primary goes on. */
const serverSelectionSeconds = 15;

function conclude(exit: ToolExit, { summary }: RestoreReading, failure: unknown): RestoreExit {
  const { stderrTail } = exit;
  const failedDocuments = summary !== null && summary.failed > 0;
  const unexplained = failure instanceof OperationFailure && failure.reason === 'tool-failed';
  if (failure !== undefined && !(unexplained && failedDocuments)) throw failure;
  if (summary === null) {
    const message = 'mongorestore ended without saying how many documents it restored.';
    throw new OperationFailure('restore-incomplete', message, { stderrTail });
  }
  if (failedDocuments) {
    const message = `mongorestore restored ${summary.restored} documents; ${summary.failed} were refused by the server.`;
    throw new OperationFailure('restore-incomplete', message, { stderrTail });
  }
  return { ...summary, stderrTail };
}

class RestoreReading {
  said: SaidReason | null = null;
  summary: { restored: number; failed: number } | null = null;
  readonly #onProgress: RestoreOptions['onProgress'];

  constructor(onProgress: RestoreOptions['onProgress']) {
    this.#onProgress = onProgress;
  }

  read(line: string): void {
    const done = parseRestored(line);
    if (done !== null) this.#onProgress?.(done);
    // The last line counts: a name or a value may look like one, but comes before it.
    this.summary = parseRestoreSummary(line) ?? this.summary;
    this.said = classifyLine(line) ?? this.said;
  }
}
