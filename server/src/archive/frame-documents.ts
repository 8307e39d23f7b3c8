// A frame of a namespace, decompressed: blocks of one namespace, and where each document in them begins.
import { OperationFailure } from '@holdfast/shared/failures';
import { parseBlockHeader } from './block-header.ts';

/** Documents that lie in `bytes` as they were dumped. */
export interface FrameDocuments {
  readonly bytes: Buffer;
  /** Where each document begins. */
  readonly starts: Uint32Array;
}

export interface ExpectedFrame {
  readonly database: string;
  /** As blocks name it. */
  readonly blockCollection: string;
  readonly documents: number;
}

/** Throws OperationFailure('archive-damaged') unless the frame holds exactly what is expected. */
export function frameDocuments(bytes: Buffer, expected: ExpectedFrame): FrameDocuments {
  if (expected.documents * leastBytes > bytes.length)
    throw damaged('it holds fewer documents than the frame index says');
  const starts = new Uint32Array(expected.documents);
  let found = 0;
  let at = 0;
  while (at < bytes.length) {
    const headerEnd = documentEnd(bytes, at);
    requireNamespace(bytes.subarray(at, headerEnd), expected);
    for (at = headerEnd; !isTerminator(bytes, at); at = documentEnd(bytes, at)) {
      if (found === starts.length) throw damaged('it holds more documents than the frame index says');
      starts[found] = at;
      found += 1;
    }
    at += lengthBytes;
  }
  if (found !== starts.length) throw damaged('it holds fewer documents than the frame index says');
  return { bytes, starts };
}

const lengthBytes = 4;
const leastBytes = 5;

function requireNamespace(header: Buffer, { database, blockCollection }: ExpectedFrame): void {
  let found: { readonly database: string; readonly collection: string };
  try {
    found = parseBlockHeader(header);
  } catch (cause) {
    throw damaged('a block in it has no name', cause);
  }
  if (found.database === database && found.collection === blockCollection) return;
  throw damaged(`it holds ${found.database}.${found.collection} instead of ${database}.${blockCollection}`);
}

function isTerminator(bytes: Buffer, at: number): boolean {
  if (at + lengthBytes > bytes.length) throw damaged('it ends early');
  return bytes.readInt32LE(at) === -1;
}

function documentEnd(bytes: Buffer, at: number): number {
  if (at + leastBytes > bytes.length) throw damaged('it ends early');
  const end = at + bytes.readInt32LE(at);
  if (end < at + leastBytes || end > bytes.length || bytes[end - 1] !== 0)
    throw damaged('a document in it is not where it must be');
  return end;
}

function damaged(how: string, cause?: unknown): OperationFailure {
  return new OperationFailure('archive-damaged', `A frame of the archive is damaged: ${how}.`, { cause });
}
