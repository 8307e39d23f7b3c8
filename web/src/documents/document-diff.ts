// In which values two documents differ, path by path, both as canonical extended JSON. Pure.
import type { JsonNode } from '@holdfast/shared/ordered-json';
import { typedValue } from './typed-value.ts';

/** One value that differs; null on the side that lacks it. Values are JSON text. */
export interface ValueDifference {
  /** Names from the top, with dots between them. */
  readonly path: string;
  readonly live: string | null;
  readonly inBackup: string | null;
}

export interface DocumentDiff {
  readonly values: readonly ValueDifference[];
  /** The same values, and the keys of a document in another order: to MongoDB these are different documents. */
  readonly isOrderOnly: boolean;
}

type Entries = readonly (readonly [name: string, value: JsonNode])[];

/** Documents are compared down to what is no document itself; a list is one value. */
export function diffDocuments(live: JsonNode, inBackup: JsonNode): DocumentDiff {
  const values = diffEntries(entriesOf(live), entriesOf(inBackup), '');
  return { values, isOrderOnly: values.length === 0 && jsonText(live) !== jsonText(inBackup) };
}

function diffEntries(live: Entries, inBackup: Entries, prefix: string): ValueDifference[] {
  const names = [...new Set([...inBackup, ...live].map(([name]) => name))];
  return names.flatMap((name) => {
    const [here, there] = [valueAt(live, name), valueAt(inBackup, name)];
    const path = `${prefix}${name}`;
    if (here && there) return diffValues(here, there, path);
    return [{ path, live: here ? jsonText(here) : null, inBackup: there ? jsonText(there) : null }];
  });
}

function diffValues(live: JsonNode, inBackup: JsonNode, path: string): ValueDifference[] {
  if (isDocument(live) && isDocument(inBackup)) {
    return diffEntries(entriesOf(live), entriesOf(inBackup), `${path}.`);
  }
  const [here, there] = [jsonText(live), jsonText(inBackup)];
  return here === there ? [] : [{ path, live: here, inBackup: there }];
}

/** A document, and not a value of a type that is written as one. */
function isDocument(node: JsonNode): boolean {
  return typedValue(node).kind === 'object';
}

function entriesOf(node: JsonNode): Entries {
  return node.kind === 'object' ? node.entries : [];
}

function valueAt(entries: Entries, name: string): JsonNode | undefined {
  return entries.find(([other]) => other === name)?.[1];
}

/** The node as JSON text again, digits and order as they were. */
export function jsonText(node: JsonNode): string {
  switch (node.kind) {
    case 'object':
      return `{${node.entries.map(([name, value]) => `${JSON.stringify(name)}: ${jsonText(value)}`).join(', ')}}`;
    case 'array':
      return `[${node.items.map(jsonText).join(', ')}]`;
    case 'string':
      return JSON.stringify(node.value);
    case 'number':
      return node.source;
    case 'literal':
      return String(node.value);
  }
}
