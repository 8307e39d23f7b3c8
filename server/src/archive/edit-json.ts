/** Where a value stands: keys of objects, places in arrays. */
export type JsonPath = readonly (string | number)[];

/**
 * Replaces string values in JSON text and leaves every other character as it is. Parsing and writing it again would move keys
 * that look like numbers to the front, and in the key of an index the order of the fields has a meaning. `edit` is asked for
 * every string value and answers the new one, or undefined. Throws SyntaxError for text that is not JSON.
 */
export function editJsonStrings(text: string, edit: (path: JsonPath, value: string) => string | undefined): string {
  const scanner = new Scanner(text, edit);
  scanner.value([]);
  return scanner.finish();
}

const space = /\s*/y;
const string = /"(?:[^"\\]|\\.)*"/y;
const literal = /[^\s,\]}"[{]+/y;

class Scanner {
  readonly #text: string;
  readonly #edit: (path: JsonPath, value: string) => string | undefined;
  #at = 0;
  #copied = 0;
  #out = '';

  constructor(text: string, edit: (path: JsonPath, value: string) => string | undefined) {
    this.#text = text;
    this.#edit = edit;
  }

  value(path: JsonPath): void {
    this.#match(space);
    const first = this.#text[this.#at];
    if (first === '{') this.#items('}', () => this.#member(path));
    else if (first === '[') this.#items(']', (place) => this.value([...path, place]));
    else if (first === '"') this.#stringValue(path);
    else JSON.parse(this.#match(literal));
    this.#match(space);
  }

  finish(): string {
    if (this.#at !== this.#text.length) throw this.#unexpected();
    return this.#out + this.#text.slice(this.#copied);
  }

  #items(end: '}' | ']', item: (place: number) => void): void {
    this.#at += 1;
    this.#match(space);
    for (let place = 0; this.#text[this.#at] !== end; place += 1) {
      if (place > 0) this.#expect(',');
      item(place);
    }
    this.#at += 1;
  }

  #member(path: JsonPath): void {
    this.#match(space);
    const key = JSON.parse(this.#match(string));
    this.#match(space);
    this.#expect(':');
    this.value([...path, key]);
  }

  #stringValue(path: JsonPath): void {
    const start = this.#at;
    const value: string = JSON.parse(this.#match(string));
    const edited = this.#edit(path, value);
    if (edited === undefined || edited === value) return;
    this.#out += this.#text.slice(this.#copied, start) + JSON.stringify(edited);
    this.#copied = this.#at;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) throw this.#unexpected();
    this.#at = pattern.lastIndex;
    return found[0];
  }

  #expect(character: string): void {
    if (this.#text[this.#at] !== character) throw this.#unexpected();
    this.#at += 1;
  }

  #unexpected(): SyntaxError {
    return new SyntaxError(`unexpected character at ${this.#at}`);
  }
}
