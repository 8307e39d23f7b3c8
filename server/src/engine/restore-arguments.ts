import type { ToolTimeouts } from './client-connection-strings.ts';
import { connectionArguments } from './dump-arguments.ts';

export interface RestoreArguments {
  readonly timeouts: ToolTimeouts;
  /** Drop each collection of the archive first. Destroys before anything is checked: only for what may be lost. */
  readonly drop: boolean;
  /** End at the first document that the server refuses, instead of going on and exiting 0. */
  readonly stopOnError: boolean;
  /** Also bring back documents that the collection's validator refuses today. */
  readonly bypassDocumentValidation: boolean;
  readonly noIndexRestore?: boolean;
  /** Wait only until the primary has what it is sent, not for journals and secondaries; default false. */
  readonly receivedOnly?: boolean;
  /** That insert into one collection at once. The tool sleeps between starting them, 60 ms for each collection with four. */
  readonly insertionWorkers: number;
}

/**
 * The arguments of a mongorestore that reads its connection string from descriptor 3 and an archive from stdin. Never
 * `--quiet`, which hides the line that tells how many documents failed; never names or patterns of namespaces.
 */
export function restoreArguments(options: RestoreArguments): string[] {
  return [
    ...connectionArguments(options.timeouts),
    '--archive',
    `--numInsertionWorkersPerCollection=${options.insertionWorkers}`,
    ...(options.drop ? ['--drop'] : []),
    ...(options.stopOnError ? ['--stopOnError'] : []),
    ...(options.bypassDocumentValidation ? ['--bypassDocumentValidation'] : []),
    ...(options.noIndexRestore ? ['--noIndexRestore'] : []),
    ...(options.receivedOnly ? ['--writeConcern={w:1}'] : []),
  ];
}
