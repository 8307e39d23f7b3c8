// mongodump as a child process: a stream that ends well only if the dump did, and an exit with a reason.
import type { Readable } from 'node:stream';
import type { ReadPreference } from '@holdfast/shared/policy';
import { classifyLine, parseDumped, type SaidReason } from './classify-stderr.ts';
import { toolConnectionString, toolTimeouts } from './client-connection-strings.ts';
import { type DeploymentAddress, secretsOf } from './connection-string.ts';
import { dumpArguments, toolConfig } from './dump-arguments.ts';
import { redactor } from './redact.ts';
import { runTool } from './run-tool.ts';
import { toolFailure } from './tool-failure.ts';
import type { ToolLimits } from './tool-watch.ts';
import { untilExit } from './until-exit.ts';

export interface DumpOptions extends ToolLimits {
  readonly mongodumpPath: string;
  readonly address: DeploymentAddress;
  /** Only this database; null or absent: everything that the user may read. */
  readonly database?: string | null;
  readonly numParallelCollections?: number;
  /** Which members of a set are read; absent: as the connection string says. */
  readonly readPreference?: ReadPreference;
  /** Those of the one database too; a whole dump has those of all. */
  readonly usersAndRoles?: boolean;
  /** Stops the dump: it is gone within about a second. */
  readonly signal: AbortSignal;
}

export interface DumpExit {
  readonly documents: number;
  /** In the order they were done, as mongodump names them. */
  readonly namespaces: readonly { readonly namespace: string; readonly documents: number }[];
  /** The last lines it wrote, oldest first, redacted. */
  readonly stderrTail: readonly string[];
}

export interface DumpProcess {
  /** Also its process group; 0 when it could not be started. */
  readonly pid: number;
  /** The archive. Ends only after exit code 0; otherwise reading it fails with what `exited` rejects with. */
  readonly stdout: Readable;
  /**
   * Settles when the process is gone. Rejects with OperationFailure (tool-missing, authentication-failed, not-authorized,
   * unreachable, connection-lost, tool-killed, stalled, timed-out, tool-failed), or with the signal's reason. Need not be
   * awaited at once.
   */
  readonly exited: Promise<DumpExit>;
}

/** Starts mongodump. Does not throw; an unreachable server shows within about ten seconds. */
export function startDump(options: DumpOptions): DumpProcess {
  const { address, mongodumpPath: path, database = null, signal, wallClockLimitMs, stallLimitMs } = options;
  const limits = { ...(wallClockLimitMs && { wallClockLimitMs }), ...(stallLimitMs && { stallLimitMs }) };
  const reading = new DumpReading();
  const tool = runTool({
    ...limits,
    path,
    argv: dumpArguments({
      database,
      timeouts: toolTimeouts(address, serverSelectionSeconds),
      ...(options.numParallelCollections && { numParallelCollections: options.numParallelCollections }),
      ...(options.readPreference && { readPreference: options.readPreference }),
      ...(options.usersAndRoles && { usersAndRoles: true }),
    }),
    secret: toolConfig(toolConnectionString(address)),
    stdout: true,
    onStderrLine: (line) => reading.read(line),
    redact: redactor(secretsOf(address.uri)),
    signal,
  });
  const exited = tool.exited.then((exit): DumpExit => {
    const end = { tool: 'mongodump', path, hosts: address.hosts, exit, said: reading.said, limits, signal };
    const failure = toolFailure(end);
    if (failure !== undefined) throw failure;
    return { ...reading.result, stderrTail: exit.stderrTail };
  });
  exited.catch(() => undefined);
  return { pid: tool.pid, stdout: untilExit(tool.stdout, exited), exited };
}

const serverSelectionSeconds = 8;

/** More namespaces than any deployment has; a flood of such lines must not fill memory. */
const mostNamespaces = 1_000_000;

class DumpReading {
  said: SaidReason | null = null;
  readonly #namespaces: { namespace: string; documents: number }[] = [];

  read(line: string): void {
    const dumped = parseDumped(line);
    if (dumped !== null && this.#namespaces.length < mostNamespaces) this.#namespaces.push(dumped);
    this.said = classifyLine(line) ?? this.said;
  }

  get result() {
    const documents = this.#namespaces.reduce((total, namespace) => total + namespace.documents, 0);
    return { documents, namespaces: this.#namespaces };
  }
}
