import type { ExitCode } from './exit-codes.ts';

/** What the command line itself refuses or gives up: with a code for scripts, and what to do for people. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: string;
  readonly hint: string;
  readonly exitCode: ExitCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    exitCode: ExitCode,
    problem: {
      readonly code: string;
      readonly message: string;
      readonly hint: string;
      readonly details?: Readonly<Record<string, unknown>>;
    },
  ) {
    super(problem.message);
    this.exitCode = exitCode;
    this.code = problem.code;
    this.hint = problem.hint;
    this.details = problem.details ?? {};
  }
}
