// The only place that reads what mongodump and mongorestore say: their exit codes are 0 and 1, nothing else. Wording as of
// mongo-tools 100.9 and the Go driver in it; what is not recognised stays `tool-failed`, with the tool's own words.
import type { FailureReason } from '@holdfast/shared/failures';

export type SaidReason = Extract<
  FailureReason,
  'authentication-failed' | 'not-authorized' | 'unreachable' | 'connection-lost'
>;

/** Why the tool gave up, if this line says so. Progress, warnings and refused documents are no reason. */
export function classifyLine(line: string): SaidReason | null {
  const text = fatalText(line);
  // Their text repeats values of documents, which may be any words.
  if (text === null || /E11000|failed validation/i.test(text)) return null;
  if (/auth error|unable to authenticate|\(AuthenticationFailed\)|bad auth|requires authentication/.test(text)) {
    return 'authentication-failed';
  }
  if (/\(Unauthorized\)|not authorized on/.test(text)) return 'not-authorized';
  if (/can't create session|error connecting to host|error parsing uri: .*lookup/.test(text)) return 'unreachable';
  return lostConnection.test(text) ? 'connection-lost' : null;
}

/** What a line that ends the tool says, without its time stamp; null for any other line. */
export function fatalText(line: string): string | null {
  const text = line.replace(/^\d{4}-\d\d-\d\dT\S+\t/, '');
  return /^(Failed: |error |Error )/.test(text) ? text.replace(/^Failed: /, '') : null;
}

/** "done dumping a.b (123 documents)" of mongodump. */
export function parseDumped(line: string): { namespace: string; documents: number } | null {
  const [, namespace, documents] = /(?:^|\t)done dumping (.+) \((\d+) documents?\)$/.exec(line) ?? [];
  return namespace === undefined ? null : { namespace, documents: Number(documents) };
}

/** "finished restoring a.b (123 documents, 4 failures)" of mongorestore. */
export function parseRestored(line: string): { namespace: string; restored: number; failed: number } | null {
  const [, namespace, restored, failed] =
    /(?:^|\t)finished restoring (.+) \((\d+) documents?, (\d+) failures?\)$/.exec(line) ?? [];
  return namespace === undefined ? null : { namespace, restored: Number(restored), failed: Number(failed) };
}

/** mongorestore's last line. It stands there whatever the exit code, except when no connection was made. */
export function parseRestoreSummary(line: string): { restored: number; failed: number } | null {
  const [, restored, failed] =
    /(?:^|\t)(\d+) document\(s\) restored successfully\. (\d+) document\(s\) failed to restore\.$/.exec(line) ?? [];
  return restored === undefined ? null : { restored: Number(restored), failed: Number(failed) };
}

const lostConnection = new RegExp(
  [
    'server selection error',
    'connection pool for \\S+ was cleared',
    'connection\\([^)]*\\) ',
    'dial tcp',
    '\\((InterruptedAtShutdown|ShutdownInProgress|InterruptedDueToReplStateChange|NotWritablePrimary|PrimarySteppedDown)\\)',
  ].join('|'),
);
