// The points at which a test may hold a server, to let something happen to it right there. They exist only when a test
// environment names a folder (HOLDFAST_FAILPOINTS); otherwise nothing is asked and nothing waits.
//
// requested -> claimed -> started -> mid-stream -> sealed -> renamed                              (backup)
// requested -> claimed -> started -> mid-restore -> restored -> completed-restore                                (restore)
//                                     in place: restored -> staged -> swapping -> swapped -> rewriting -> finishing ->
// staged -> (another server) taking-back -> failed, with live data untouched
// mid-copy -> copied                                                                                  (copy of an archive)
// putting-back                                                                                        (single documents)
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

export const failpoints = [
  /** A worker has seen a request and not claimed it yet. */
  'requested',
  /** The lease is written, `Started` is not in the ledger yet. */
  'claimed',
  /** `Started` is in the ledger; nothing was begun. */
  'started',
  /** Some of the dump's bytes are through. */
  'mid-stream',
  /** `BackupSealed` is in the ledger, the archive has its temporary name. */
  'sealed',
  /** The archive is visible, `BackupCompleted` is not in the ledger. */
  'renamed',
  /** mongorestore was fed some bytes. */
  'mid-restore',
  /** mongorestore is done; nothing was read back yet. */
  'restored',
  /** `RestoreStaged` is in the ledger, nothing live has changed. */
  'staged',
  /** A command of the swap is done, or a batch of a merge; held after each as long as it is asked for. */
  'swapping',
  /** `RestoreSwapped` is in the ledger; what no rename brings to its place is still as it was. */
  'swapped',
  /** A view, a time-series or the like is rewritten; held after each. */
  'rewriting',
  /** All data is in its place; nothing expires yet. */
  'finishing',
  /** All data is where it was asked for, `RestoreCompleted` is not in the ledger. */
  'completed-restore',
  /** Something that was staged is removed, because the restore is taken back; held after each. */
  'taking-back',
  /** Some of an archive's bytes are through to a further destination. */
  'mid-copy',
  /** The copy is visible, `BackupCopied` is not in the ledger. */
  'copied',
  /** A single document is put back, `DocumentsPutBack` is not in the ledger; held after each. */
  'putting-back',
] as const;
export type FailpointName = (typeof failpoints)[number];

/** Resolves at once, unless a test holds this point. Never rejects, and no signal ends the wait: so a stopped process acts. */
export type Failpoint = (name: FailpointName) => Promise<void>;

export const noFailpoint: Failpoint = () => Promise.resolve();

/**
 * A point is held while the folder has a file of its name. The first to get there writes `<name>.reached` (its `who`), and goes
 * on once the file is removed.
 */
export function failpointsIn(folder: string, who: string): Failpoint {
  return async (name) => {
    const held = join(folder, name);
    if (!(await exists(held))) return;
    await writeFile(`${held}.reached`, who);
    while (await exists(held)) await delay(pollMs);
  };
}

const pollMs = 20;

/** The same bytes, and the point once some of them have passed. Without failpoints it is the stream itself. */
export function midway(source: AsyncIterable<Buffer>, name: FailpointName, failpoint: Failpoint): Readable {
  const held = heldMidway(source, name, failpoint);
  return held instanceof Readable ? held : Readable.from(held, { objectMode: false });
}

/** The same for who takes one piece after the other: nothing is read ahead. */
export function heldMidway(
  source: AsyncIterable<Buffer>,
  name: FailpointName,
  failpoint: Failpoint,
): AsyncIterable<Buffer> {
  return failpoint === noFailpoint ? source : holdMidway(source, () => failpoint(name));
}

const midwayBytes = 256 * 1024;

async function* holdMidway(source: AsyncIterable<Buffer>, hold: () => Promise<void>): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of source) {
    yield chunk;
    const before = bytes;
    bytes += chunk.length;
    if (before < midwayBytes && bytes >= midwayBytes) await hold();
  }
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
