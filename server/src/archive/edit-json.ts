/** Where a value stands: keys of objects, places in arrays. */
export type JsonPath = readonly (string | number)[];

/**
 * Replaces string values in JSON text and leaves every other character as it is. Parsing and writing it again would move keys
 * that look like numbers to the front, and in the key of an index the order of the fields has a meaning. `edit` is asked for
 * every string value and answers the new one, or undefined. Throws SyntaxError for text that is not JSON.
 */
export function editJsonStrings(text: string, edit: (path: JsonPath, value: string) => string | undefined): string {
  return new Scanner(text, { edit, drops: () => false }).run();
}

/** Takes members of objects and items of arrays out of JSON text, whole; every other character stays as it is. Throws SyntaxError. */
export function dropFromJson(text: string, drops: (path: JsonPath) => boolean): string {
  return new Scanner(text, { edit: () => undefined, drops }).run();
}

const space = /\s*/y;
const string = /"(?:[^"\\]|\\.)*"/y;
const literal = /[^\s,\]}"[{]+/y;

interface Changes {
  readonly edit: (path: JsonPath, value: string) => string | undefined;
  readonly drops: (path: JsonPath) => boolean;
}

class Scanner {
  readonly #text: string;
  readonly #changes: Changes;
  #at = 0;
  #copied = 0;
  #out = '';

  constructor(text: string, changes: Changes) {
    this.#text = text;
    this.#changes = changes;
  }

  run(): string {
    this.#value([]);
    if (this.#at !== this.#text.length) throw this.#unexpected();
    return this.#out + this.#text.slice(this.#copied);
  }

  #value(path: JsonPath): void {
    this.#match(space);
    const first = this.#text[this.#at];
    if (first === '{') this.#items('}', () => this.#member(path));
    else if (first === '[') this.#items(']', (place) => this.#item([...path, place]));
    else if (first === '"') this.#stringValue(path);
    else JSON.parse(this.#match(literal));
    this.#match(space);
  }

  /** An item says whether it stays. With one that goes goes the comma before it, or, before the first that stays, the one behind. */
  #items(end: '}' | ']', item: (place: number) => boolean): void {
    this.#at += 1;
    this.#match(space);
    let kept = false;
    for (let place = 0; this.#text[this.#at] !== end; place += 1) {
      const comma = this.#at;
      if (place > 0) this.#expect(',');
      const start = this.#at;
      if (place > 0 && !kept) this.#cut(comma, start);
      const [out, copied] = [this.#out, this.#copied];
      if (item(place)) {
        kept = true;
        continue;
      }
      // What was changed within goes too.
      [this.#out, this.#copied] = [out, copied];
      this.#cut(kept ? comma : start, this.#at);
    }
    this.#at += 1;
  }

  #member(path: JsonPath): boolean {
    this.#match(space);
    const key = JSON.parse(this.#match(string));
    this.#match(space);
    this.#expect(':');
    return this.#item([...path, key]);
  }

  #item(path: JsonPath): boolean {
    this.#value(path);
    return !this.#changes.drops(path);
  }

  #cut(from: number, to: number): void {
    this.#out += this.#text.slice(this.#copied, from);
    this.#copied = to;
  }

  #stringValue(path: JsonPath): void {
    const start = this.#at;
    const value: string = JSON.parse(this.#match(string));
    const edited = this.#changes.edit(path, value);
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
