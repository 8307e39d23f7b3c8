// Why a filter on documents cannot be used: a closed list, so that the console can say it in the reader's language. Without zod: the
// console takes words from here, and its Content-Security-Policy forbids what zod tries out when it is loaded.
import { jsonProblemCode } from './ordered-json.ts';

export const filterProblemCode = [
  ...jsonProblemCode,
  'not-an-object',
  'operator',
  'regular-expression',
  'value-not-understood',
  'same-key-twice',
  'integer-too-large',
  'name-impossible',
] as const;
export type FilterProblemCode = (typeof filterProblemCode)[number];

export interface FilterProblem {
  readonly problem: FilterProblemCode;
  /** The character of the text where it is wrong, from 1. */
  readonly at: number | null;
  /** The key or number that is meant. */
  readonly subject: string | null;
}

const texts: Readonly<Record<FilterProblemCode, (subject: string) => string>> = {
  'too-deep': () => 'it is nested too deeply',
  'something-follows': () => 'something follows its end',
  'name-expected': () => 'a name in double quotes must stand here',
  'colon-expected': () => '":" must stand here',
  'separator-expected': () => '"," or the closing bracket must stand here',
  'text-unended': () => 'the text that begins here does not end, or holds a character that must be escaped',
  'ends-early': () => 'it ends early',
  'value-expected': () => 'a value must stand here: text in double quotes, a number, true, false, null, {…} or […]',
  'not-an-object': () => 'it must be an object, such as {"status": "paid"}',
  operator: (key) => `${key} is not supported: fields are compared with values only`,
  'regular-expression': () => 'regular expressions are not supported: fields are compared with values only',
  'value-not-understood': (key) => `the value of ${key} is not understood`,
  'same-key-twice': (key) => `an object in it has the key ${key} twice`,
  'integer-too-large': (digits) => `${digits} does not fit into 64 bits; write {"$numberDecimal": "${digits}"}`,
  'name-impossible': () => 'a name in it holds a zero character',
};

/** In English, with the place, as part of a sentence. */
export function filterProblemText({ problem, at, subject }: FilterProblem): string {
  const text = texts[problem](subject ?? '');
  return at === null ? text : `${text}, at character ${at}`;
}
