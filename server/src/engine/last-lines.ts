/** Remembers the last lines of a text, whatever its length. */
export class LastLines {
  readonly #limit: number;
  readonly #lines: string[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > this.#limit) this.#lines.shift();
  }

  /** Oldest first. */
  get all(): string[] {
    return [...this.#lines];
  }
}
