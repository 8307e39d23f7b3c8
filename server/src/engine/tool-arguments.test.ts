import { expect, test } from 'vitest';
import { dumpArguments, toolConfig } from './dump-arguments.ts';
import { restoreArguments } from './restore-arguments.ts';
import { inheritedPath } from './secret-file.ts';

const timeouts = { serverSelectionSeconds: 8, dialSeconds: 5 };
const connection = [`--config=${inheritedPath(3)}`, '--serverSelectionTimeout=8', '--dialTimeout=5'];

test('a dump of everything', () => {
  expect(dumpArguments({ database: null, timeouts })).toEqual([...connection, '--archive']);
});

test('a dump of one database, whose name may begin like an option', () => {
  expect(dumpArguments({ database: '--db', timeouts, numParallelCollections: 2 })).toEqual([
    ...connection,
    '--archive',
    '--db=--db',
    '--numParallelCollections=2',
  ]);
});

test('a dump that spares the primary', () => {
  expect(dumpArguments({ database: null, timeouts, readPreference: 'secondaryPreferred' })).toEqual([
    ...connection,
    '--archive',
    '--readPreference=secondaryPreferred',
  ]);
});

test('a restore that destroys nothing and goes on', () => {
  const options = { timeouts, drop: false, stopOnError: false, bypassDocumentValidation: false, insertionWorkers: 4 };
  expect(restoreArguments(options)).toEqual([...connection, '--archive', '--numInsertionWorkersPerCollection=4']);
});

test('a restore with everything', () => {
  const options = {
    timeouts,
    drop: true,
    stopOnError: true,
    bypassDocumentValidation: true,
    noIndexRestore: true,
    receivedOnly: true,
    insertionWorkers: 1,
  };
  expect(restoreArguments(options)).toEqual([
    ...connection,
    '--archive',
    '--numInsertionWorkersPerCollection=1',
    '--drop',
    '--stopOnError',
    '--bypassDocumentValidation',
    '--noIndexRestore',
    '--writeConcern={w:1}',
  ]);
});

test('a connection string is one YAML value, whatever is in it', () => {
  expect(toolConfig('mongodb://u:a"b\\c: #d@h/')).toBe('uri: "mongodb://u:a\\"b\\\\c: #d@h/"\n');
});
