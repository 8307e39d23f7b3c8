// A value of canonical extended JSON as people read it: the value, and what type it has.
import type { JsonNode } from '@holdfast/shared/ordered-json';

export type TypedValue =
  | { readonly kind: 'object'; readonly entries: readonly (readonly [name: string, value: JsonNode])[] }
  | { readonly kind: 'array'; readonly entries: readonly (readonly [name: string, value: JsonNode])[] }
  /** `type` as MongoDB names it, empty where quotes or the word itself tell it. */
  | { readonly kind: 'text' | 'value'; readonly text: string; readonly type: string };

/** Never throws: what is not known is an object like any other. */
export function typedValue(node: JsonNode): TypedValue {
  switch (node.kind) {
    case 'string':
      return { kind: 'text', text: node.value, type: 'string' };
    case 'number':
      return value(node.source, '');
    case 'literal':
      return value(String(node.value), node.value === null ? '' : 'bool');
    case 'array':
      return { kind: 'array', entries: node.items.map((item, place) => [String(place), item] as const) };
    case 'object':
      return extendedValue(node.entries) ?? { kind: 'object', entries: node.entries };
  }
}

function value(text: string, type: string): TypedValue {
  return { kind: 'value', text, type };
}

type Entries = Extract<JsonNode, { kind: 'object' }>['entries'];

function extendedValue(entries: Entries): TypedValue | null {
  const [first] = entries;
  if (first === undefined || !first[0].startsWith('$')) return null;
  const [key, node] = first;
  if (entries.length === 1) return node.kind === 'string' ? ofText(key, node.value) : ofNode(key, node);
  if (key === '$code' && entries[1]?.[0] === '$scope' && node.kind === 'string')
    return { kind: 'text', text: node.value, type: 'code with scope' };
  return null;
}

const textTypes: Readonly<Record<string, string>> = {
  $oid: 'objectId',
  $numberInt: 'int32',
  $numberLong: 'int64',
  $numberDouble: 'double',
  $numberDecimal: 'decimal128',
};

function ofText(key: string, text: string): TypedValue | null {
  const type = textTypes[key];
  if (type !== undefined) return value(text, type);
  if (key === '$code') return { kind: 'text', text, type: 'code' };
  return key === '$symbol' ? { kind: 'text', text, type: 'symbol' } : null;
}

function ofNode(key: string, node: JsonNode): TypedValue | null {
  if (key === '$minKey' || key === '$maxKey') return value(key === '$minKey' ? 'MinKey' : 'MaxKey', '');
  if (key === '$undefined') return value('undefined', '');
  if (node.kind !== 'object') return null;
  const field = (name: string) => textOf(node.entries.find(([found]) => found === name)?.[1]);
  switch (key) {
    case '$date':
      return dateValue(field('$numberLong'));
    case '$timestamp':
      return value(`${field('t')}, ${field('i')}`, 'timestamp');
    case '$binary':
      return binaryValue(field('base64'), field('subType'));
    case '$regularExpression':
      return value(`/${field('pattern')}/${field('options')}`, 'regex');
    case '$dbPointer':
      return value(`${field('$ref')}, ${idText(node.entries)}`, 'dbPointer');
    default:
      return null;
  }
}

function textOf(node: JsonNode | undefined): string {
  if (node?.kind === 'string') return node.value;
  return node?.kind === 'number' ? node.source : '';
}

function idText(entries: Entries): string {
  const id = entries.find(([name]) => name === '$id')?.[1];
  return id?.kind === 'object' ? textOf(id.entries[0]?.[1]) : '';
}

/** A moment that no calendar has stays a number of milliseconds. */
function dateValue(ms: string): TypedValue {
  const date = new Date(Number(ms));
  return Number.isNaN(date.getTime()) ? value(`${ms} ms`, 'date') : value(date.toISOString(), 'date');
}

const longestBase64 = 80;

function binaryValue(base64: string, subType: string): TypedValue {
  if (subType === '04' && base64.length === 24) return value(uuidOf(base64), 'uuid');
  const bytes = Math.floor((base64.replace(/=+$/, '').length * 3) / 4);
  const shown = base64.length > longestBase64 ? `${base64.slice(0, longestBase64)}…` : base64;
  return value(shown, `binary ${subType}, ${bytes} B`);
}

function uuidOf(base64: string): string {
  const hex = Array.from(atob(base64), (one) => one.charCodeAt(0).toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
