// Why background work failed: a closed list, stored in events, with an English message and a hint an operator can act on.
import { z } from 'zod';

/** The reasons a backup or restore can fail for. Stored in events: names are never reused for another meaning. */
export const failureReason = z.enum([
  'tool-missing',
  'tool-failed',
  'tool-killed',
  'authentication-failed',
  'not-authorized',
  'unreachable',
  'connection-lost',
  'database-missing',
  'dump-incomplete',
  'disk-full',
  'storage-unwritable',
  'storage-missing',
  'storage-refused',
  'storage-unreachable',
  'destination-unavailable',
  'archive-damaged',
  'import-unreadable',
  'key-missing',
  'restore-incomplete',
  'plan-outdated',
  'sharded-unsupported',
  'undo-missing',
  'stalled',
  'timed-out',
  'interrupted',
  'unclaimed',
  'ledger-unavailable',
  'internal',
]);

export type FailureReason = z.infer<typeof failureReason>;

/** What an operator can do about each reason. Shown under the message, in events, CLI and console. */
export const failureHints: Readonly<Record<FailureReason, string>> = {
  'tool-missing':
    'Install the MongoDB Database Tools, or name them with MONGODUMP_PATH and MONGORESTORE_PATH; `holdfast doctor` shows what is found.',
  'tool-failed': "Read the tool's last lines below; `holdfast doctor` checks connection and privileges.",
  'tool-killed':
    'Something on this host ended the process: look for the out-of-memory killer in the system log, then start again.',
  'authentication-failed': "Check user name, password and authSource in the deployment's connection string.",
  'not-authorized': 'Give the user the roles that `holdfast doctor` prints for this deployment.',
  unreachable: 'Check host, port, firewall and TLS options, and that mongod listens on that address.',
  'connection-lost': 'The server went away half-way. See whether mongod runs and what its log says, then start again.',
  'database-missing': 'Check the database name in the connection string: the server has no collection in it.',
  'dump-incomplete':
    'Something the server listed is not in the dump. Nothing was kept; start again, and report it if it repeats.',
  'disk-full': 'Free space at the destination, lower the retention, or move the destination to a larger disk.',
  'storage-unwritable': "See that the destination exists, is mounted, and that the service's user may write there.",
  'storage-missing': 'The archive is not at its destination any more. See whether the destination is mounted.',
  'storage-refused':
    "Check the access key of the destination, that the system's clock is right, and what the key may do: docs/destinations.md lists it.",
  'storage-unreachable':
    "See that the destination's server runs and can be reached from here (address, port, firewall, proxy, TLS), then start again.",
  'destination-unavailable':
    'Make the destination that holds the archive reachable again, or add it back; nothing was changed meanwhile.',
  'archive-damaged': 'Do not use this backup. Choose another one, and check the disk that it lies on.',
  'key-missing':
    'Give Holdfast the key that the archive was encrypted for: it is in the recovery kit of the server that made it.',
  'import-unreadable':
    'Nothing was imported. It must be a whole mongodump: a directory, an .archive, an .archive.gz or a .bson file. Copy it again from where it came, or take another one.',
  'restore-incomplete': "The server did not take everything. The message, or the tool's last lines, say what.",
  'plan-outdated': 'Nothing was changed. Make a new plan, look at it, and confirm that one.',
  'sharded-unsupported': "Nothing was changed. Restore by hand with the steps in the archive's RESTORE.txt.",
  'undo-missing': 'Collections that the restore had kept are gone. Nothing was changed; restore a backup instead.',
  stalled:
    'See what the server and the network do, then start again. If such pauses are usual there, raise the stall limit of the policy.',
  'timed-out': 'See what slows the server, the network or the destination down, or raise the time limit of the policy.',
  interrupted: 'The service stopped while this ran. What it left behind was removed; start again.',
  unclaimed: 'No server took the request in time. See that a Holdfast server runs and is not draining.',
  'ledger-unavailable':
    'The ledger did not answer while this ran. See whether its mongod runs and has disk space, then start again.',
  internal: "This is a defect of Holdfast. The server's log has the details under the operation's id.",
};

/** A failure as events, read models and the API carry it. `message` and `stderrTail` never hold a secret. */
export const failure = z.object({
  reason: failureReason,
  message: z.string(),
  hint: z.string(),
  /** The last lines the tool wrote, oldest first, at most 20. */
  stderrTail: z.array(z.string()).optional(),
});

export type Failure = z.infer<typeof failure>;

/** Background work that failed for a known reason: thrown by engine, archive and storage, turned into an event by the runner. */
export class OperationFailure extends Error {
  override readonly name = 'OperationFailure';
  readonly reason: FailureReason;
  readonly stderrTail: readonly string[];
  /** The same may well succeed a moment later: what refused it was busy, away or cut off. */
  readonly isRetryable: boolean;

  /** `message` must not hold a secret. `stderrTail` are the tool's last lines, oldest first, already redacted. */
  constructor(
    reason: FailureReason,
    message: string,
    options: { stderrTail?: readonly string[]; isRetryable?: boolean; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.reason = reason;
    this.isRetryable = options.isRetryable ?? false;
    this.stderrTail = options.stderrTail ?? [];
  }

  /** The failure as events and read models carry it. */
  toFailure(): Failure {
    return {
      reason: this.reason,
      message: this.message,
      hint: failureHints[this.reason],
      ...(this.stderrTail.length > 0 ? { stderrTail: this.stderrTail.slice(-20) } : {}),
    };
  }
}
