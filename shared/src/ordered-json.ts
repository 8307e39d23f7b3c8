// JSON as it is written: the order of keys, keys that are there twice and the digits of numbers are kept, which JSON.parse loses.

/** A value of JSON text. Numbers are the text of their digits. */
export type JsonNode =
  | { readonly kind: 'object'; readonly entries: readonly (readonly [key: string, value: JsonNode])[] }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly source: string }
  | { readonly kind: 'literal'; readonly value: boolean | null };

/** What can be wrong with JSON text. */
export const jsonProblemCode = [
  'too-deep',
  'something-follows',
  'name-expected',
  'colon-expected',
  'separator-expected',
  'text-unended',
  'ends-early',
  'value-expected',
] as const;
export type JsonProblemCode = (typeof jsonProblemCode)[number];

/** What is wrong with a text, and at which character (from 0). */
export class JsonProblem extends Error {
  override readonly name = 'JsonProblem';
  readonly code: JsonProblemCode;
  readonly at: number;

  constructor(code: JsonProblemCode, at: number) {
    super(`${code} at character ${at}`);
    this.code = code;
    this.at = at;
  }
}

/** Throws JsonProblem. */
export function parseOrderedJson(text: string): JsonNode {
  const reader = new Reader(text);
  const node = reader.value(0);
  reader.end();
  return node;
}

/** Deeper than any document that a server stores. */
const deepest = 600;
const space = /[ \t\n\r]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON allows none of them in a string.
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /[A-Za-z_$][\w$]*/y;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): JsonNode {
    if (depth > deepest) throw this.#problem('too-deep');
    this.#match(space);
    const first = this.#text[this.#at];
    if (first === '{') return { kind: 'object', entries: this.#items('}', () => this.#entry(depth)) };
    if (first === '[') return { kind: 'array', items: this.#items(']', () => this.value(depth + 1)) };
    if (first === '"') return { kind: 'string', value: this.#string() };
    const source = this.#match(number);
    if (source !== '') return { kind: 'number', source };
    return { kind: 'literal', value: this.#literal() };
  }

  end(): void {
    this.#match(space);
    if (this.#at < this.#text.length) throw this.#problem('something-follows');
  }

  #items<T>(end: '}' | ']', item: () => T): T[] {
    const items: T[] = [];
    this.#at += 1;
    this.#match(space);
    while (this.#text[this.#at] !== end) {
      if (items.length > 0) this.#expect(',', 'separator-expected');
      items.push(item());
      this.#match(space);
    }
    this.#at += 1;
    return items;
  }

  #entry(depth: number): readonly [string, JsonNode] {
    this.#match(space);
    if (this.#text[this.#at] !== '"')
      throw this.#problem(this.#at >= this.#text.length ? 'ends-early' : 'name-expected');
    const key = this.#string();
    this.#match(space);
    this.#expect(':', 'colon-expected');
    return [key, this.value(depth + 1)];
  }

  #string(): string {
    const source = this.#match(string);
    if (source === '') throw this.#problem('text-unended');
    return JSON.parse(source);
  }

  #literal(): boolean | null {
    const start = this.#at;
    const found = this.#match(word);
    if (found === 'true' || found === 'false') return found === 'true';
    if (found === 'null') return null;
    this.#at = start;
    if (start >= this.#text.length) throw this.#problem('ends-early');
    throw this.#problem('value-expected');
  }

  #expect(character: string, problem: JsonProblemCode): void {
    if (this.#text[this.#at] !== character) throw this.#problem(this.#at >= this.#text.length ? 'ends-early' : problem);
    this.#at += 1;
  }

  /** Empty where it does not match. */
  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #problem(code: JsonProblemCode): JsonProblem {
    return new JsonProblem(code, this.#at);
  }
}
