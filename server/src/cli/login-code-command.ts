import type { ErrorCode } from '@holdfast/shared/errors';
import type { Command } from 'commander';
import { CliError } from './cli-error.ts';
import { noAnswer } from './error-report.ts';
import { exitCodeOfRefusal } from './exit-codes.ts';
import type { Invocation } from './invocation.ts';
import { facts } from './table.ts';
import { formatTime } from './times.ts';

/** `login-code`: a code with which a browser signs in once. */
export function addLoginCodeCommand(program: Command, invocation: Invocation): void {
  program
    .command('login-code')
    .description('make a code with which a browser signs in, once')
    .action(() => loginCode(invocation));
}

async function loginCode({ output, connect }: Invocation): Promise<void> {
  const { url, apiKey } = await connect();
  const { code, expiresAt } = await requestCode(url, apiKey);
  output.answer({ code, expiresAt, url }, () =>
    facts([
      ['Open', url],
      ['Code', code],
      ['Good', `once, until ${formatTime(expiresAt)}`],
    ]),
  );
}

async function requestCode(url: string, apiKey: string): Promise<{ code: string; expiresAt: string }> {
  const address = new URL('auth/login-codes', url.endsWith('/') ? url : `${url}/`);
  try {
    const response = await fetch(address, { method: 'POST', headers: { authorization: `Bearer ${apiKey}` } });
    const body: unknown = await response.json();
    if (response.ok) return body as { code: string; expiresAt: string };
    throw refusalOf(body as RefusalBody, response.status);
  } catch (error) {
    if (error instanceof CliError || !(error instanceof Error)) throw error;
    const { exitCode, ...problem } = noAnswer(error, url);
    throw new CliError(exitCode, { ...problem, details: {} });
  }
}

interface RefusalBody {
  readonly code?: string;
  readonly message?: string;
  readonly hint?: string;
}

function refusalOf({ code, message, hint }: RefusalBody, status: number): CliError {
  return new CliError(exitCodeOfRefusal(code as ErrorCode), {
    code: code ?? 'UNEXPECTED_ANSWER',
    message: message ?? `The server answered ${status}.`,
    hint: hint ?? '',
  });
}
