// A second opinion on a restore: databases are compared byte for byte, by code that shares nothing with the archive, its
// manifest or its fingerprints. What was is either recorded in files beforehand or read from another live database.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Db, MongoClient } from 'mongodb';
import { type CollectionDescription, describeDatabase } from './describe-database.ts';
import { createDifferences, type Difference, type Differences } from './differences.ts';
import { differingField } from './differing-field.ts';
import { mergeDocuments } from './merge-documents.ts';
import { readCollection, readDocument, readSpool, spool } from './raw-documents.ts';

/** What a database was: its documents lie in the spool folder, which is its owner's to remove. */
export interface DatabaseRecord {
  readonly database: string;
  readonly collections: ReadonlyMap<string, RecordedCollection>;
  readonly documents: number;
  readonly bytes: number;
}

export interface RecordedCollection extends CollectionDescription {
  /** Raw documents one after another; null for a view. */
  readonly spoolFile: string | null;
}

export interface Comparison {
  readonly equal: boolean;
  /** How much was expected, and so was compared. Views count as collections, buckets of time-series as documents. */
  readonly collections: number;
  readonly documents: number;
  readonly bytes: number;
  readonly indexes: number;
  /** At most 100, and at most 10 of one kind in one collection; `total` counts all. */
  readonly differences: readonly Difference[];
  readonly total: number;
}

/**
 * Writes the documents of a database to files in a folder that only their owner can read, and remembers options and
 * indexes. Nobody may write to the database meanwhile: collections are read one after another.
 */
export async function recordDatabase(
  client: MongoClient,
  database: string,
  { spoolDirectory }: { readonly spoolDirectory: string },
): Promise<DatabaseRecord> {
  const db = client.db(database);
  await mkdir(spoolDirectory, { recursive: true, mode: 0o700 });
  const collections = new Map<string, RecordedCollection>();
  const size = { documents: 0, bytes: 0 };
  for (const [name, description] of await describeDatabase(db)) {
    const spoolFile = description.stored ? join(spoolDirectory, `${collections.size + 1}.bson`) : null;
    collections.set(name, { ...description, spoolFile });
    if (!description.stored || !spoolFile) continue;
    const { documents, bytes } = await spool(readCollection(db, description.stored), spoolFile);
    size.documents += documents;
    size.bytes += bytes;
  }
  return { database, collections, ...size };
}

/** Compares a live database, under whatever name, with what was recorded. */
export async function compareWithRecord(
  client: MongoClient,
  database: string,
  record: DatabaseRecord,
): Promise<Comparison> {
  const readExpected = (name: string) => readSpool(record.collections.get(name)?.spoolFile ?? '');
  return await compare(client.db(database), record.collections, readExpected);
}

/** Compares the database `actual` with the database `expected` of the same server. Nobody may write to them meanwhile. */
export async function compareDatabases(client: MongoClient, expected: string, actual: string): Promise<Comparison> {
  const source = client.db(expected);
  const descriptions = await describeDatabase(source);
  const readExpected = (name: string) => readCollection(source, descriptions.get(name)?.stored ?? '');
  return await compare(client.db(actual), descriptions, readExpected);
}

/** Names, options and indexes first, so that thousands of lost documents do not hide a lost index. */
async function compare(
  db: Db,
  expected: ReadonlyMap<string, CollectionDescription>,
  readExpected: (name: string) => AsyncGenerator<Buffer>,
): Promise<Comparison> {
  const found = createDifferences();
  const actual = await describeDatabase(db);
  const pairs = pairUp(db.databaseName, expected, actual, found);
  let indexes = 0;
  for (const description of expected.values()) indexes += description.indexes.size;
  const size = { documents: 0, bytes: 0 };
  for (const { name, stored } of pairs) {
    const read = await compareDocuments(db, name, stored, readExpected(name), found);
    size.documents += read.documents;
    size.bytes += read.bytes;
  }
  const { kept: differences, total } = found;
  return { equal: total === 0, collections: expected.size, ...size, indexes, differences, total };
}

/** Compares everything but documents; returns the collections whose documents can be compared. */
function pairUp(
  database: string,
  expected: ReadonlyMap<string, CollectionDescription>,
  actual: ReadonlyMap<string, CollectionDescription>,
  found: Differences,
): { name: string; stored: string }[] {
  const pairs: { name: string; stored: string }[] = [];
  for (const [name, was] of expected) {
    const is = actual.get(name);
    if (is) compareDescriptions(`${database}.${name}`, was, is, found);
    else found.add('collection-missing', `${database}.${name}`, `the ${was.type} is not there`);
    if (is && was.stored && is.stored === was.stored) pairs.push({ name, stored: is.stored });
  }
  for (const { name, type } of actual.values()) {
    if (!expected.has(name)) found.add('collection-extra', `${database}.${name}`, `this ${type} was not there`);
  }
  return pairs;
}

function compareDescriptions(
  namespace: string,
  was: CollectionDescription,
  is: CollectionDescription,
  found: Differences,
): void {
  if (was.type !== is.type) found.add('options-differ', namespace, `was a ${was.type}, is a ${is.type}`);
  if (was.options !== is.options) found.add('options-differ', namespace, `were ${was.options}, are ${is.options}`);
  for (const name of new Set([...was.indexes.keys(), ...is.indexes.keys()])) {
    const [before, now] = [was.indexes.get(name), is.indexes.get(name)];
    if (before === now) continue;
    const detail = !now ? 'is missing' : !before ? 'was not there' : `was ${before}, is ${now}`;
    found.add('index-differs', namespace, `index "${name}" ${detail}`);
  }
}

async function compareDocuments(
  db: Db,
  name: string,
  stored: string,
  expected: AsyncGenerator<Buffer>,
  found: Differences,
): Promise<{ documents: number; bytes: number }> {
  const namespace = `${db.databaseName}.${name}`;
  return await mergeDocuments(expected, readCollection(db, stored), (id) => readDocument(db, stored, id), {
    missing: (id) => found.add('document-missing', namespace, 'is not there', { id }),
    extra: (id) => found.add('document-extra', namespace, 'was not there', { id }),
    differs: (id, before, now) => found.add('document-differs', namespace, differingField(before, now), { id }),
  });
}
