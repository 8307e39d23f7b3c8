// What every command is given: settings, where its words go, and a connection once it asks for one.
import type { Config } from '../config.ts';
import type { Connection } from './connect.ts';
import type { Output, Terminal } from './output.ts';

export interface Invocation {
  readonly config: Config;
  readonly output: Output;
  /** For connection strings, files named `-` and questions. */
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stderr: Terminal;
  /** The server's address: `--url`, else as configured. */
  url(): string;
  /** Throws a CliError `NO_KEY` when there is no key to send. */
  connect(): Promise<Connection>;
}
