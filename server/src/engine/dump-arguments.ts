import type { ReadPreference } from '@holdfast/shared/policy';
import type { ToolTimeouts } from './client-connection-strings.ts';
import { inheritedPath } from './secret-file.ts';

export interface DumpArguments {
  /** Only this database; null: everything. */
  readonly database: string | null;
  readonly timeouts: ToolTimeouts;
  /** How many collections at once; the tool's own default is 4. */
  readonly numParallelCollections?: number;
  /** Which members of a set are read; absent: as the connection string says. */
  readonly readPreference?: ReadPreference;
  /** Those of the one database too; a whole dump has those of all. */
  readonly usersAndRoles?: boolean;
}

/** The arguments of a mongodump that reads its connection string from descriptor 3 and writes an archive to stdout. */
export function dumpArguments(options: DumpArguments): string[] {
  const { database, timeouts, numParallelCollections, readPreference, usersAndRoles = false } = options;
  return [
    ...connectionArguments(timeouts),
    '--archive',
    ...(database === null ? [] : [`--db=${database}`]),
    ...(database !== null && usersAndRoles ? ['--dumpDbUsersAndRoles'] : []),
    ...(numParallelCollections === undefined ? [] : [`--numParallelCollections=${numParallelCollections}`]),
    ...(readPreference === undefined ? [] : [`--readPreference=${readPreference}`]),
  ];
}

/**
 * Where both tools find their connection string, and how long they try to connect. No socket timeout: building an index
 * may take hours without a byte. A silent dump is ended by the stall limit.
 */
export function connectionArguments(timeouts: ToolTimeouts): string[] {
  return [
    `--config=${inheritedPath(3)}`,
    `--serverSelectionTimeout=${timeouts.serverSelectionSeconds}`,
    `--dialTimeout=${timeouts.dialSeconds}`,
  ];
}

/** What the tools read from there. */
export function toolConfig(connectionString: string): string {
  // A JSON string is a YAML string.
  return `uri: ${JSON.stringify(connectionString)}\n`;
}
