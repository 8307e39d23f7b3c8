// How mongodump names the files of a collection: its name percent-encoded (a space is `+`), and cut where the file system
// could not take it, with a hash of the whole name behind. See outputPath in mongo-tools, mongodump/prepare.go.
import { createHash } from 'node:crypto';

const longestBase = 238;

/** The file name of a collection, without its ending. */
export function dumpFileBase(collection: string): string {
  const escaped = encodeURIComponent(collection)
    .replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
  if (escaped.length <= longestBase) return escaped;
  return `${escaped.slice(0, 208)}%24${createHash('sha1').update(collection).digest('base64url')}`;
}

/** The collection of such a file; undefined when the name is cut, or was not made by mongodump. */
export function collectionOfBase(base: string): string | undefined {
  if (base.length === longestBase && base.slice(208).startsWith('%24')) return undefined;
  try {
    return decodeURIComponent(base.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
