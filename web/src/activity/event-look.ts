import type { EventType, LedgerEvent } from '@holdfast/shared/events';
import type { MarkName, Tone } from '../marks/mark.tsx';

const looks: Partial<Record<EventType, { mark: MarkName; tone: Tone }>> = {
  BackupCompleted: { mark: 'written', tone: 'safe' },
  BackupVerified: { mark: 'verified', tone: 'safe' },
  BackupImported: { mark: 'written', tone: 'safe' },
  BackupAdopted: { mark: 'verified', tone: 'safe' },
  RestoreCompleted: { mark: 'verified', tone: 'safe' },
  BackupFailed: { mark: 'danger', tone: 'danger' },
  BackupVerificationFailed: { mark: 'danger', tone: 'danger' },
  BackupMissing: { mark: 'danger', tone: 'danger' },
  BackupCopied: { mark: 'written', tone: 'safe' },
  BackupCopyFailed: { mark: 'attention', tone: 'attention' },
  BackupCopyMissing: { mark: 'attention', tone: 'attention' },
  SafetyBackupCompleted: { mark: 'verified', tone: 'safe' },
  RestoreTestPassed: { mark: 'tested', tone: 'safe' },
  RestoreTestFailed: { mark: 'danger', tone: 'danger' },
  RestoreTestSkipped: { mark: 'attention', tone: 'attention' },
  RestoreGivenUp: { mark: 'danger', tone: 'danger' },
  RestoreFailed: { mark: 'danger', tone: 'danger' },
  RecoveryKitConfirmed: { mark: 'verified', tone: 'safe' },
  BackupSkipped: { mark: 'attention', tone: 'attention' },
  SignInFailed: { mark: 'attention', tone: 'attention' },
  BackupCancelled: { mark: 'paused', tone: 'off' },
  RestoreCancelled: { mark: 'paused', tone: 'off' },
};

/** The mark of an event on the thread: proof or failure where it is one, else one link of the chain. */
export function eventLook({ type, data }: Pick<LedgerEvent, 'type' | 'data'>): { mark: MarkName; tone?: Tone } {
  // A recovered archive was not read yet.
  if (type === 'BackupAdopted' && 'recovered' in data) return { mark: 'written', tone: 'safe' };
  // Nobody knows whether they are written.
  if (type === 'DocumentsPutBack' && 'uncertain' in data) return { mark: 'attention', tone: 'attention' };
  return looks[type] ?? { mark: 'link' };
}
