// Downloads: the whole archive file, in parts if wanted, or one collection out of it. Written to the connection by Node's own
// pipeline, so that an error midway destroys it: a download that is not whole never looks as if it were.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Actor } from '@holdfast/shared/actor';
import type { Backup } from '@holdfast/shared/backup';
import { type CollectionFormat, collectionFormat, namespaceName } from '@holdfast/shared/document';
import { AppError } from '@holdfast/shared/errors';
import { backupId } from '@holdfast/shared/ids';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono } from 'hono';
import { exportCollection } from '../archive/export-collection.ts';
import { readRange } from '../archive/read-bytes.ts';
import { refuseUnreadable } from '../commands/refuse-unreadable.ts';
import { readableCopy } from '../destinations/readable-copy.ts';
import { completedBackup, requireCollection, withArchive } from '../inside/look-inside.ts';
import { requireMayRead, requireMayReadAll } from '../inside/require-may-read.ts';
import { shareArchive } from '../runner/archive-leases.ts';
import type { Services } from '../services.ts';
import { requireActor } from './auth-routes.ts';
import { type ByteRange, matchesEtag, wantedRange } from './byte-range.ts';
import { findBackup } from './find-backup.ts';
import type { HttpEnv } from './http-app.ts';

/** A connection over which nothing went for so long is given up, so that a sleeping client holds no archive for ever. */
const stallMs = 600_000;
/** Each holds a few frames in memory, also while its client takes nothing. */
const exportsAtOnce = 8;

/**
 * `GET /downloads/:id` (Range, If-Range, If-None-Match; ETag is the SHA-256 of the ledger) and
 * `GET /downloads/:id/collection?namespace=...&format=bson|jsonl`. Both answer HEAD.
 */
export function downloadRoutes(services: Services): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();
  let exporting = 0;
  routes.get('/:id', async (context) => {
    const actor = requireActor(context.var.actor);
    requireMayReadAll(actor);
    const backup = await findBackup(services, idOf(context));
    return await downloadArchive(services, context, { backup, actor });
  });
  routes.get('/:id/collection', async (context) => {
    const actor = requireActor(context.var.actor);
    const namespace = namespaceName.safeParse(context.req.query('namespace'));
    const format = collectionFormat.safeParse(context.req.query('format') ?? 'bson');
    if (!namespace.success) return badRequest('namespace must be given, as database.collection.');
    if (!format.success) return badRequest('format must be bson or jsonl.');
    requireMayRead(actor, namespace.data);
    if (exporting >= exportsAtOnce) throw new AppError('TOO_MANY_DOWNLOADS', { most: exportsAtOnce });
    exporting += 1;
    try {
      const backup = await findBackup(services, idOf(context));
      const wanted = { backup, actor, namespace: namespace.data, format: format.data };
      return await downloadCollection(services, context, wanted);
    } finally {
      exporting -= 1;
    }
  });
  return routes;
}

function idOf(context: Context<HttpEnv>) {
  const id = backupId.safeParse(context.req.param('id'));
  if (!id.success) throw new AppError('BACKUP_NOT_FOUND', { id: String(context.req.param('id')) });
  return id.data;
}

function badRequest(message: string): Response {
  return Response.json({ code: 'BAD_REQUEST', message, hint: 'Correct the address.', details: {} }, { status: 400 });
}

interface Download {
  readonly backup: Backup;
  readonly actor: Actor;
}

async function downloadArchive(
  services: Services,
  context: Context<HttpEnv>,
  { backup, actor }: Download,
): Promise<Response> {
  await using lease = await shareArchive(services, backup.id, { kind: 'download' });
  const state = await completedBackup(services, backup.id);
  const { key, source } = await refuseUnreadable(String(backup.filePath), () => readableCopy(services, state));
  const { sizeBytes } = source;
  if (sizeBytes !== backup.sizeBytes)
    throw new AppError('ARCHIVE_UNREADABLE', {
      key,
      problem: `it has ${sizeBytes} bytes instead of ${backup.sizeBytes}`,
    });
  const etag = `"${backup.sha256 ?? state.sealed?.manifestDigest}"`;
  const headers = {
    ...commonHeaders(`${fileStem(backup)}.zip`, 'application/zip'),
    ...{ etag, 'accept-ranges': 'bytes' },
  };
  if (matchesEtag(context.req.header('if-none-match'), etag)) return new Response(null, { status: 304, headers });
  const asked = { range: context.req.header('range'), ifRange: context.req.header('if-range') };
  const wanted = wantedRange(asked, { sizeBytes, etag });
  if (wanted === 'unsatisfiable')
    return new Response(null, { status: 416, headers: { ...headers, 'content-range': `bytes */${sizeBytes}` } });
  const range = wanted === 'whole' ? { start: 0, end: sizeBytes } : wanted;
  const head = headOf(headers, { range, isPart: wanted !== 'whole', sizeBytes });
  if (context.req.method === 'HEAD') return new Response(null, head);
  services.logger.info({ backupId: backup.id, actor, ...range }, 'archive downloaded');
  return await send(services, context, { head, pieces: readRange(source, range, 'the file'), signal: lease.signal });
}

function headOf(
  headers: Readonly<Record<string, string>>,
  { range, isPart, sizeBytes }: { readonly range: ByteRange; readonly isPart: boolean; readonly sizeBytes: number },
): Head {
  const { start, end } = range;
  const contentRange = isPart ? { 'content-range': `bytes ${start}-${end - 1}/${sizeBytes}` } : {};
  return {
    status: isPart ? 206 : 200,
    headers: { ...headers, ...contentRange, 'content-length': String(end - start) },
  };
}

async function downloadCollection(
  services: Services,
  context: Context<HttpEnv>,
  { backup, actor, namespace, format }: Download & { readonly namespace: string; readonly format: CollectionFormat },
): Promise<Response> {
  await using lease = await shareArchive(services, backup.id, { kind: 'download' });
  const state = await completedBackup(services, backup.id);
  const type = format === 'bson' ? 'application/octet-stream' : 'application/jsonl; charset=utf-8';
  const headers = commonHeaders(`${namespace}.${format}`, type);
  const { pieces, bytes } = await withArchive(services, state, async (opened) => {
    const collection = requireCollection(opened, namespace);
    // The first piece is read before the answer begins: what can be refused is refused in words.
    const isHead = context.req.method === 'HEAD';
    const found = isHead ? nothing() : await begun(exportCollection(collection, format));
    return { pieces: found, bytes: collection.namespace.bytes };
  });
  const length = format === 'bson' ? { 'content-length': String(bytes) } : {};
  const head = { status: 200, headers: { ...headers, ...length } };
  if (context.req.method === 'HEAD') return new Response(null, head);
  services.logger.info({ backupId: backup.id, actor, namespace, format }, 'collection downloaded');
  return await send(services, context, { head, pieces, signal: lease.signal });
}

async function* nothing(): AsyncGenerator<Buffer> {}

/** The same pieces, of which the first is here. */
async function begun(pieces: AsyncGenerator<Buffer>): Promise<AsyncGenerator<Buffer>> {
  const first = await pieces.next();
  return (async function* rest() {
    try {
      if (!first.done) yield first.value;
      yield* pieces;
    } finally {
      await pieces.return(undefined);
    }
  })();
}

interface Head {
  readonly status: number;
  readonly headers: Record<string, string>;
}

interface Sending {
  readonly head: Head;
  readonly pieces: AsyncGenerator<Buffer>;
  /** Aborts when the archive may be deleted under the reader. */
  readonly signal: AbortSignal;
}

async function send(
  services: Services,
  context: Context<HttpEnv>,
  { head, pieces, signal }: Sending,
): Promise<Response> {
  const { outgoing } = context.env;
  outgoing.setTimeout(stallMs, () => outgoing.destroy());
  outgoing.writeHead(head.status, head.headers);
  try {
    await pipeline(Readable.from(pieces, { objectMode: false, highWaterMark: 0 }), outgoing, { signal });
  } catch (err) {
    const isGone = (err as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE';
    if (!isGone) services.logger.warn({ err }, 'a download was broken off');
    outgoing.destroy();
  }
  return RESPONSE_ALREADY_SENT;
}

function commonHeaders(fileName: string, type: string): Record<string, string> {
  return {
    'content-type': type,
    'content-disposition': contentDisposition(fileName),
    'cache-control': 'private, no-cache',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
  };
}

/** RFC 6266: plain for old readers, exact for the others. */
function contentDisposition(fileName: string): string {
  const plain = fileName.replace(/[^\w.-]/g, '_');
  const exact = encodeURIComponent(fileName).replace(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}

/** `shop-prod-2026-11-24T02-00-00Z` */
function fileStem({ deploymentName, createdAt }: Backup): string {
  return `${deploymentName}-${createdAt.replace(/\.\d+Z$/, 'Z').replaceAll(':', '-')}`.replace(/[/\\]/g, '_');
}
