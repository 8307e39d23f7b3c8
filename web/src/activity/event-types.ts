// The event types in the order of the filter. The schemas in `shared/events` stay out of the browser: they bring a whole
// validator along. The type check fails when one is missing here.
import type { EventType } from '@holdfast/shared/events';

const order: Record<EventType, number> = {
  BackupRequested: 0,
  BackupStarted: 1,
  BackupSealed: 2,
  BackupCompleted: 3,
  BackupFailed: 4,
  BackupCancelled: 5,
  BackupSkipped: 6,
  BackupVerified: 7,
  BackupVerificationFailed: 8,
  BackupMissing: 9,
  BackupAdopted: 10,
  BackupExpired: 11,
  BackupDeleted: 12,
  RestoreRequested: 13,
  RestoreStarted: 14,
  RestoreStaged: 15,
  RestoreSwapped: 16,
  RestoreCompleted: 17,
  RestoreFailed: 18,
  RestoreCancelled: 19,
  OperationCancelRequested: 20,
  OperationTakenOver: 21,
  PolicyChanged: 22,
  DeploymentRegistered: 23,
  DeploymentUpdated: 24,
  DeploymentRemoved: 25,
  ConfigurationImported: 26,
  SignedIn: 27,
  SignInFailed: 28,
  ApiKeyCreated: 29,
};

export const eventTypeList = (Object.keys(order) as EventType[]).toSorted((a, b) => order[a] - order[b]);
