import type { DumpOrigin } from '@holdfast/shared/manifest';
import { createFormats } from '../formats.ts';

const f = createFormats('en');

export const imports = {
  checked: {
    checksums: 'The checksum that mongodump wrote for every collection has held.',
    structure: 'Its files carry no checksum: the structure of every document was checked, not what it says.',
  } satisfies Record<DumpOrigin['checked'], string>,
  checkedBy: 'Checked',
  collection: 'Collection',
  collectionHint: 'A .bson file has the documents of one collection. Name it as database.collection.',
  done: (name: string) => `The backup of ${name} is imported`,
  doneText: (documents: number, collections: number, bytes: number) =>
    `${f.plural(documents, { one: '1 document', other: `${f.count(documents)} documents` })} in ${f.plural(collections, { one: '1 collection', other: `${f.count(collections)} collections` })}, ${f.bytes(bytes)} at the destination.`,
  effect:
    'The dump is checked while it is sent. Then it is a backup like any other: it can be verified and restored. It belongs to no policy: it stays until somebody deletes it.',
  file: 'File of mongodump',
  fileHint: 'An .archive, .archive.gz or .bson file. A directory is imported on the command line: holdfast import.',
  finishing: 'All is sent; the archive is being finished.',
  from: 'Imported from',
  importAsk: 'Import a backup…',
  import: 'Import the backup',
  importedAt: 'Imported',
  kind: {
    archive: 'archive of mongodump',
    'archive-gzip': 'compressed archive of mongodump',
    directory: 'directory of mongodump',
    bson: 'documents of one collection',
  } satisfies Record<DumpOrigin['kind'], string>,
  leftOut: 'Left out',
  leftOutText: (names: readonly string[]) => `Left out, as in every backup: ${names.join(', ')}.`,
  madeBy: (tool: string | null, server: string | null) =>
    [tool && `mongodump ${tool}`, server && `MongoDB ${server}`].filter(Boolean).join(', ') || 'the dump does not say',
  madeWith: 'Made with',
  sending: (sent: number, total: number) => `${f.bytes(sent)} of ${f.bytes(total)} sent`,
  stop: 'Stop the import',
  takenAt: 'Taken',
  takenHint: 'When the dump was taken. The file says when it was written last.',
  title: 'Import a backup',
  unknown: 'Not known',
  withoutMetadata: (count: number) =>
    `The dump does not say options and indexes of ${f.plural(count, { one: '1 collection', other: `${f.count(count)} collections` })}.`,
};
