// What the runner needs of a place that keeps archives. Drivers: `file-storage.ts`, `s3-storage.ts`; the contract of each:
// `archive-storage.contract.ts`. Drivers classify their errors as `OperationFailure` (disk-full, storage-unwritable,
// storage-missing, storage-refused, storage-unreachable; `isRetryable`); retries and limits are decorators beside them.
import type { Readable, Writable } from 'node:stream';

/** A folder or bucket that keeps archives. Keys are relative, `/`-separated, and never contain `..`. */
export interface ArchiveStorage {
  /** Where it is, without credentials: for people. */
  readonly url: string;
  /** The destination's id, kept in its marker: see `open`. */
  readonly id: string;
  /** Whether several servers may use it. */
  readonly isShared: boolean;

  /**
   * Begins an archive. Nothing is visible under `key` before `Upload.commit`. `token` is a new UUID that the caller has noted
   * where every server sees it: an unfinished upload whose token is noted nowhere is nobody's, at any time. Refuses a key or a
   * token that exists with `storage-unwritable`, and what is neither (`requireKey`) with RangeError. `expectedBytes` is a guess at
   * the archive's size, for how it is sent; a wrong one does no harm.
   */
  createUpload(key: string, token: string, expectedBytes?: number): Promise<Upload>;
  /**
   * Finishes an upload that `seal` made durable, from its token; idempotent: done already is fine.
   * Returns false when neither the sealed bytes nor the finished archive are there.
   */
  finishUpload(sealed: { readonly key: string; readonly token: string }): Promise<boolean>;
  /** Removes one unfinished upload, also another server's; idempotent. What is committed stays. */
  discardUpload(token: string): Promise<void>;
  /**
   * Removes the unfinished uploads that nobody owns; returns their tokens. Lists first and only then asks for the tokens that
   * are `owned`: one that begins in between is not on the list, and the token of one that is was noted before.
   */
  removePartials(owned: () => Promise<ReadonlySet<string>>): Promise<string[]>;

  /** The archive's size, or undefined when there is none. Throws `storage-missing` when the destination itself is not there. */
  stat(key: string): Promise<{ readonly sizeBytes: number } | undefined>;
  /** Bytes `start` to `end` (exclusive; default: to the end). Throws `OperationFailure('storage-missing')`. */
  read(key: string, range?: { readonly start: number; readonly end?: number }): Promise<Readable>;
  /** Removes an archive; idempotent. Empty folders above it go too. */
  remove(key: string): Promise<void>;
  /** What is committed, in the order of the keys. */
  list(): AsyncIterable<{ readonly key: string; readonly sizeBytes: number }>;

  /** Space of the disk behind it; undefined where that has no meaning. */
  space(): Promise<{ readonly freeBytes: number; readonly totalBytes: number } | undefined>;
  /** Writes, reads back and removes a small probe. Throws `OperationFailure` with what is wrong. */
  probe(): Promise<void>;
}

/** An archive being written: `body` ended -> `seal` -> (BackupSealed is appended) -> `commit`; or `abort` at any time. */
export interface Upload {
  /** Names the unfinished upload, as given; stored in `BackupSealed` so that another server can finish it. */
  readonly token: string;
  /** Fails with `OperationFailure('disk-full')` when free space falls below the reserve. */
  readonly body: Writable;
  /** Makes all bytes of the ended body durable under a temporary name. */
  seal(): Promise<{ readonly sizeBytes: number }>;
  /** Makes it visible under its key, durably; idempotent. Only after `seal`. Never replaces an archive. */
  commit(): Promise<void>;
  /** Removes what was written; idempotent; safe while bytes are still being written. After `commit` it does nothing. */
  abort(): Promise<void>;
}
