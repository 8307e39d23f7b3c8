import type { ErrorCode } from '@holdfast/shared/errors';
import { CliError } from './cli-error.ts';
import type { Connection } from './connect.ts';
import { noAnswer } from './error-report.ts';
import { exitCodeOfRefusal } from './exit-codes.ts';

/**
 * Asks the server outside of tRPC, with the key. Throws a CliError: the server's refusal with its code and hint, or that nobody
 * answers. Statuses in `accepted` are answers too.
 */
export async function requestServer(
  { url, apiKey }: Pick<Connection, 'url' | 'apiKey'>,
  path: string,
  {
    headers = {},
    accepted = [],
    ...init
  }: RequestInit & { headers?: Record<string, string>; accepted?: number[] } = {},
): Promise<Response> {
  const address = new URL(path, url.endsWith('/') ? url : `${url}/`);
  try {
    const response = await fetch(address, { ...init, headers: { authorization: `Bearer ${apiKey}`, ...headers } });
    if (response.ok || accepted.includes(response.status)) return response;
    throw refusalOf((await response.json()) as RefusalBody, response.status);
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
  readonly details?: Record<string, unknown>;
}

function refusalOf({ code, message, hint, details }: RefusalBody, status: number): CliError {
  return new CliError(exitCodeOfRefusal(code as ErrorCode), {
    code: code ?? 'UNEXPECTED_ANSWER',
    message: message ?? `The server answered ${status}.`,
    hint: hint ?? '',
    details: details ?? {},
  });
}
