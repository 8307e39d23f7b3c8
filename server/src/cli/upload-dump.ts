// Sends a dump to the server as the body of one request. The answer may come before the last byte is sent: a server that has
// seen enough says why at once.
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Backup } from '@holdfast/shared/backup';
import type { ErrorCode } from '@holdfast/shared/errors';
import type { Failure } from '@holdfast/shared/failures';
import { CliError } from './cli-error.ts';
import type { Connection } from './connect.ts';
import { noAnswer, ofFailure } from './error-report.ts';
import { exitCodeOfRefusal, exitCodes } from './exit-codes.ts';

export interface DumpUpload {
  /** Without those that are undefined. */
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: AsyncIterable<Buffer>;
  /** Of the body, where it is known. */
  readonly sizeBytes: number | null;
  readonly signal: AbortSignal;
}

/** Resolves to the backup. Throws a CliError for what the server refuses, and what reading `body` throws. */
export async function uploadDump(connection: Connection, upload: DumpUpload): Promise<Backup> {
  const request = openRequest(connection, upload);
  const answered = answerOf(request);
  answered.catch(() => {});
  let sendError: unknown;
  const sent = pipeline(Readable.from(upload.body, { objectMode: false }), request, { signal: upload.signal }).catch(
    (error: unknown) => {
      sendError = error;
      // A server that breaks off may have said why.
      if (!isBrokenConnection(error)) request.destroy();
    },
  );
  try {
    const answer = await Promise.race([answered, sent.then(() => (isFatal(sendError) ? raise(sendError) : answered))]);
    return await backupOf(answer);
  } catch (error) {
    upload.signal.throwIfAborted();
    throw isBrokenConnection(error) ? unreachable(error as Error, connection.url) : error;
  } finally {
    request.destroy();
    await sent;
  }
}

function openRequest({ url, apiKey }: Connection, { query, sizeBytes }: DumpUpload): ClientRequest {
  const address = new URL('api/imports', url.endsWith('/') ? url : `${url}/`);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) address.searchParams.set(name, value);
  const headers = {
    authorization: `Bearer ${apiKey}`,
    'content-type': 'application/octet-stream',
    ...(sizeBytes === null ? {} : { 'content-length': sizeBytes }),
  };
  const open = address.protocol === 'https:' ? requestHttps : requestHttp;
  return open(address, { method: 'POST', headers, agent: false });
}

function answerOf(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
    request.once('close', () => reject(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })));
  });
}

async function backupOf(answer: IncomingMessage): Promise<Backup> {
  const body = bodyOf(await text(answer));
  if (answer.statusCode === 201) return body as unknown as Backup;
  const {
    code = 'UNEXPECTED_ANSWER',
    message = `The server answered ${answer.statusCode}.`,
    hint = '',
    details,
  } = body;
  if (code === 'OPERATION_FAILED') {
    const { exitCode, ...problem } = ofFailure(code, details as unknown as Failure);
    throw new CliError(exitCode, { ...problem, details: { ...details } });
  }
  const exitCode = code === 'BAD_REQUEST' ? exitCodes.usage : exitCodeOfRefusal(code as ErrorCode);
  throw new CliError(exitCode, { code, message, hint, ...(details ? { details } : {}) });
}

interface Refused {
  readonly code?: string;
  readonly message?: string;
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

function bodyOf(json: string): Refused {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}

function isFatal(error: unknown): boolean {
  return error !== undefined && !isBrokenConnection(error);
}

function raise(error: unknown): never {
  throw error;
}

function isBrokenConnection(error: unknown): boolean {
  const code = String((error as NodeJS.ErrnoException | undefined)?.code);
  return /^(?:ECONN|EPIPE|ENOTFOUND|EAI_|EHOST|ENETUNREACH|ETIMEDOUT|ERR_STREAM_PREMATURE_CLOSE)/.test(code);
}

function unreachable(cause: Error, url: string): CliError {
  const { exitCode, ...problem } = noAnswer(new TypeError('fetch failed', { cause }), url);
  return new CliError(exitCode, { ...problem, details: {} });
}
