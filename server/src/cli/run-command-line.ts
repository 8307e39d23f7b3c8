// One call of the command line: arguments in, exit status out.
import { type Command, CommanderError } from 'commander';
import { type Config, loadConfig } from '../config.ts';
import { connect } from './connect.ts';
import { type ErrorReport, errorReport } from './error-report.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import type { Invocation } from './invocation.ts';
import { createOutput, type Terminal } from './output.ts';
import { createProgram } from './program.ts';

export interface CommandLine {
  /** Without the program's own name. */
  readonly args: readonly string[];
  readonly stdin: Invocation['stdin'];
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  /** Instead of the environment's, for tests. */
  readonly config?: Config;
}

/** Runs a command. Never throws, never ends the process. */
export async function runCommandLine({ args, stdin, stdout, stderr, ...given }: CommandLine): Promise<ExitCode> {
  const output = createOutput({ json: wantsJson(args), stdout, stderr });
  let url = '';
  try {
    const config = given.config ?? loadConfig();
    url = config.url;
    const invocation: Invocation = {
      config,
      output,
      stdin,
      stderr,
      url: () => (url = program.opts<{ url?: string }>().url ?? config.url),
      connect: () => connect(config, invocation.url()),
    };
    const program: Command = createProgram(invocation, {
      help: (text) => stdout.write(text),
      usage: (text) => output.json || stderr.write(text),
    });
    await program.parseAsync(args, { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.ok;
    const report = error instanceof CommanderError ? usage(error) : errorReport(error, url);
    output.error(report);
    return report.exitCode;
  }
}

/** Looked at before parsing, so that a usage error is machine-readable too. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end === -1 ? args : args.slice(0, end)).includes('--json');
}

function usage(error: CommanderError): ErrorReport {
  const message = error.code === 'commander.help' ? 'A command is missing.' : error.message.replace(/^error: /, '');
  const hint = 'holdfast --help and holdfast COMMAND --help say what there is.';
  return { code: 'USAGE', message, hint, details: {}, exitCode: exitCodes.usage };
}
