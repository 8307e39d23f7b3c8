// What is read from an archive, compared with what its manifest says.
import { isDeepStrictEqual } from 'node:util';
import { OperationFailure } from '@holdfast/shared/failures';
import type { Manifest, ManifestNamespace } from '@holdfast/shared/manifest';
import { blockCollection } from './archive-prelude.ts';
import type { FrameContent } from './frame-content.ts';
import type { Frame } from './frame-index.ts';
import { manifestNamespaceOf } from './manifest-namespace.ts';
import type { ScannedNamespace } from './scan-namespaces.ts';

/** A frame holds documents of the namespace that the frame index says, and so many. Throws OperationFailure('archive-damaged'). */
export function requireInFrame(
  { namespaces }: Manifest,
  { namespace: place, documents }: Frame,
  content: FrameContent,
): void {
  const namespace = namespaces[place - 1];
  for (const { database, collection } of content.blocks) {
    if (namespace?.database === database && blockCollection(namespace) === collection) continue;
    throw damaged('a frame holds another namespace than the frame index says');
  }
  const found = content.blocks.reduce((total, block) => total + block.documents, 0);
  if (found !== documents) throw damaged('a frame does not hold what the frame index says');
}

/** What was read is what the manifest says, all of it, in its order. Throws OperationFailure('archive-damaged'). */
export function requireSame(expected: readonly ManifestNamespace[], found: readonly ScannedNamespace[]): void {
  if (expected.length !== found.length) throw damaged('manifest and dump differ in the number of namespaces');
  for (const [at, wanted] of expected.entries()) {
    const one = found[at];
    const name = `${wanted.database}.${wanted.collection}`;
    const { namespace } = one ?? {};
    if (one === undefined || namespace?.database !== wanted.database || namespace.collection !== wanted.collection) {
      throw damaged(`${name} is not where the manifest says`);
    }
    const actual = manifestNamespaceOf(one);
    for (const fact of ['documents', 'bytes', 'fingerprint', 'crc64'] as const) {
      if (actual[fact] !== wanted[fact]) throw damaged(`${name}: ${fact} ${actual[fact]} instead of ${wanted[fact]}`);
    }
    if (!isDeepStrictEqual(actual, wanted))
      throw damaged(`${name} has other options or indexes than the manifest says`);
  }
}

function damaged(how: string): OperationFailure {
  return new OperationFailure('archive-damaged', `The archive is damaged: ${how}.`);
}
