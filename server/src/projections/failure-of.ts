import type { EventData } from '@holdfast/shared/events';
import type { Failure } from '@holdfast/shared/failures';

/** The failure that a failed outcome's event carries. */
export function failureOf(
  data: EventData<'BackupFailed' | 'BackupCopyFailed' | 'RestoreFailed' | 'BackupVerificationFailed'>,
): Failure {
  const { reason, message, hint, stderrTail } = data;
  return { reason, message, hint, ...(stderrTail ? { stderrTail } : {}) };
}
