// Why a restore test does not take place, or not to its end, though nothing is wrong with the backup.
import type { Actor } from '@holdfast/shared/actor';
import type { RestoreTestSkipReason } from '@holdfast/shared/restore-test';

/** Thrown, and the reason of the abort signals of a test. `message` is a sentence for people. */
export class TestStopped extends Error {
  override readonly name = 'TestStopped';
  readonly reason: RestoreTestSkipReason;
  /** Who asked for it; null when nobody did. */
  readonly by: Actor | null;

  constructor(reason: RestoreTestSkipReason, message: string, by: Actor | null = null) {
    super(message);
    this.reason = reason;
    this.by = by;
  }
}
