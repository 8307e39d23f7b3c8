// Identifiers. Every id is a UUID v7 made by the server, so ids sort by the time they were made;
// an imported backup's by the time that its dump was taken.
import { z } from 'zod';

export const deploymentId = z.uuid().brand<'DeploymentId'>();
export const policyId = z.uuid().brand<'PolicyId'>();
/** A backup's id is also the id of the operation that makes it. */
export const backupId = z.uuid().brand<'BackupId'>();
/** A restore's id is also the id of the operation that runs it. */
export const restoreId = z.uuid().brand<'RestoreId'>();
/** A `BackupId` or a `RestoreId`, where either may stand. */
export const operationId = z.uuid();
export const planId = z.uuid().brand<'PlanId'>();
export const destinationId = z.uuid().brand<'DestinationId'>();
/** Of an encryption key, and of a recipient that is kept elsewhere. */
export const encryptionKeyId = z.uuid().brand<'EncryptionKeyId'>();
export const recoveryKitId = z.uuid().brand<'RecoveryKitId'>();

export type DeploymentId = z.infer<typeof deploymentId>;
export type PolicyId = z.infer<typeof policyId>;
export type BackupId = z.infer<typeof backupId>;
export type RestoreId = z.infer<typeof restoreId>;
export type OperationId = z.infer<typeof operationId>;
export type PlanId = z.infer<typeof planId>;
export type DestinationId = z.infer<typeof destinationId>;
export type EncryptionKeyId = z.infer<typeof encryptionKeyId>;
export type RecoveryKitId = z.infer<typeof recoveryKitId>;
