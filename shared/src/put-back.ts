// Single documents of a backup, put back into the live collection that they came from: first shown, then written.
import { z } from 'zod';
import { namespaceName } from './document.ts';
import { backupId } from './ids.ts';

const position = z.int().nonnegative();

/** Which documents: by their numbers in the collection, as `backups.documents` gives them. At most 50. */
export const planPutBackInput = z.object({
  backupId,
  namespace: namespaceName,
  positions: z.array(position).min(1).max(50),
});

/** What putting one document back would do. Documents are canonical extended JSON, as text. */
export const putBackChange = z.object({
  position,
  /** Extended JSON of its `_id`. */
  id: z.string(),
  /** `same`: the live document is the backup's byte for byte; nothing would be written. */
  action: z.enum(['insert', 'replace', 'same']),
  inBackup: z.string(),
  /** null where nothing is there. */
  live: z.string().nullable(),
  /** Names the live document as it is shown here; null where nothing is there. */
  liveDigest: z.string().nullable(),
});
export type PutBackChange = z.infer<typeof putBackChange>;

export const putBackPlan = z.object({
  deploymentName: z.string(),
  hosts: z.array(z.string()),
  namespace: z.string(),
  backupCreatedAt: z.iso.datetime(),
  changes: z.array(putBackChange),
});
export type PutBackPlan = z.infer<typeof putBackPlan>;

/** What was looked at is written, and only over what was looked at. */
export const putBackInput = z.object({
  backupId,
  namespace: namespaceName,
  documents: z
    .array(z.object({ position, liveDigest: z.string().nullable() }))
    .min(1)
    .max(50),
});

/**
 * How it ended for one document.
 * - `changed`: the live one is not the one that was looked at; left as it is.
 * - `refused`: the server did not take it, say because a unique index holds its value already.
 * - `too-large`: it and the live one are together more than the server takes in one step.
 * - `failed`: it broke off, and nobody knows whether it was written; those that follow are not tried.
 * - `not-tried`: nothing was written, since one before it failed, the server could not be asked, or something else runs by now.
 */
export const putBackOutcome = z.object({
  position,
  outcome: z.enum(['inserted', 'replaced', 'same', 'changed', 'refused', 'too-large', 'failed', 'not-tried']),
  /** What was replaced, for `failed` what may have been, as canonical extended JSON; null where nothing was. It is kept nowhere else. */
  replaced: z.string().nullable(),
  /** Why it was not written, or may not be, in English; null for `changed`, for `same` and for what was written. */
  problem: z.string().nullable(),
});
export type PutBackOutcome = z.infer<typeof putBackOutcome>;

export const putBackAnswer = z.object({
  /** One for each document, in the order in which they were given. */
  outcomes: z.array(putBackOutcome),
  /** Why the ledger says that it was begun, and not yet how it ended, in English; null when it does, or when nothing was written. */
  recordProblem: z.string().nullable(),
});
export type PutBackAnswer = z.infer<typeof putBackAnswer>;
