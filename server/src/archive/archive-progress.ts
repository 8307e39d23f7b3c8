/** Counters that archive code moves while it works and that others poll; cheap, never an event. Bytes are raw BSON. */
export class ArchiveProgress {
  bytes = 0;
  documents = 0;
  /** By `database.collection`. */
  readonly namespaces = new Map<string, NamespaceCounter>();

  /** The namespace's counter, made when there is none yet. */
  namespace(name: string): NamespaceCounter {
    let counter = this.namespaces.get(name);
    if (counter === undefined) {
      counter = new NamespaceCounter(this);
      this.namespaces.set(name, counter);
    }
    return counter;
  }
}

export class NamespaceCounter {
  bytes = 0;
  documents = 0;
  done = false;
  readonly #total: ArchiveProgress;

  constructor(total: ArchiveProgress) {
    this.#total = total;
  }

  /** Counts bytes and documents here and in the total. */
  add(bytes: number, documents = 1): void {
    this.bytes += bytes;
    this.documents += documents;
    this.#total.bytes += bytes;
    this.#total.documents += documents;
  }
}
