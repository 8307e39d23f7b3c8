// Every event of the ledger: past tense, JSON only, parsed on write and on read. Secrets, names of people and addresses
// are never part of one. Event data only grows by optional fields; anything else needs a new schemaVersion and an upcaster.
import { z } from 'zod';
import { actor } from './actor.ts';
import { backupTrigger } from './backup.ts';
import { deploymentName } from './deployment.ts';
import { destinationName } from './destination.ts';
import { ageRecipient, backupEncryption, encryptionKeyName } from './encryption.ts';
import { failureReason } from './failures.ts';
import {
  backupId,
  deploymentId,
  destinationId,
  encryptionKeyId,
  operationId,
  planId,
  policyId,
  recoveryKitId,
  restoreId,
} from './ids.ts';
import { dumpOrigin, heldUsers, optimes, safetyFacts } from './manifest.ts';
import { givenPolicySettings } from './policy.ts';
import {
  liveData,
  mergeOutcome,
  restoreOptions,
  restorePhase,
  restoreSource,
  restoreTarget,
  swapMethod,
} from './restore.ts';
import { restoreTestCause, restoreTestSettings, restoreTestSkipReason } from './restore-test.ts';
import { scrubSettings, verificationCause } from './verification.ts';

const count = z.int().nonnegative();
/** JSON text without lone surrogates, which MongoDB would replace and so break the hash. */
const text = z.string().refine((value) => value.isWellFormed(), { error: 'text has a lone surrogate' });
const failureFields = {
  reason: failureReason,
  message: text,
  hint: text,
  stderrTail: z.array(text).max(20).optional(),
};
const ofBackup = { backupId, deploymentId };
const ofCopy = { ...ofBackup, destinationId, destinationName: text };
const ofRestore = { restoreId, deploymentId };
const archiveFacts = {
  destinationId,
  key: text,
  sizeBytes: count,
  sha256: z.string(),
  manifestDigest: z.string(),
  toolVersion: text,
  serverVersion: text,
  rawBytes: count,
  documents: count,
  collections: count,
  /** Left out for an archive that is not encrypted. */
  encryption: backupEncryption.optional(),
  /** Left out for a dump whose beginning and end were not noted. */
  optimes: optimes.optional(),
  /** Only of one that holds users and roles. */
  usersAndRoles: heldUsers.optional(),
};
const deploymentFacts = {
  name: deploymentName,
  hosts: z.array(text),
  database: text.nullable(),
  replicaSet: text.nullable(),
  replicaSetId: text.nullable(),
  serverVersion: text.nullable(),
  /** Where the sealed connection string is kept, beside the ledger. */
  secretRef: z.uuid(),
};

/** Without credentials: `secretRef` says where those are kept sealed, beside the ledger; null where there are none. */
const destinationFacts = { name: destinationName, url: text, secretRef: z.uuid().nullable() };

/** Event type -> schema of its data. */
export const eventData = {
  DeploymentRegistered: z.object({ deploymentId, ...deploymentFacts }),
  /** Known from its archives alone: it has no connection string until somebody gives one (`DeploymentUpdated`). */
  DeploymentRecovered: z.object({
    deploymentId,
    name: deploymentName,
    hosts: z.array(text),
    database: text.nullable(),
    serverVersion: text.nullable(),
  }),
  DeploymentUpdated: z.object({ deploymentId, ...deploymentFacts }),
  /** The deployment's policies end with it. */
  DeploymentRemoved: z.object({ deploymentId, policyIds: z.array(policyId) }),
  /** Ones from before there were limits have none. */
  PolicyChanged: z.object({ policyId, deploymentId, name: text, ...givenPolicySettings.shape }),

  BackupRequested: z.object({
    ...ofBackup,
    deploymentName: text,
    database: text.nullable(),
    policyId: policyId.nullable(),
    trigger: backupTrigger,
    /** For a scheduled one: the due time it answers. Each happens once. */
    dueAt: z.iso.datetime().nullable(),
  }),
  BackupStarted: z.object({ ...ofBackup, worker: text }),
  /** The archive's bytes are durable under a temporary name; whoever comes later finishes forward from `upload`. */
  BackupSealed: z.object({ ...ofBackup, worker: text, upload: text, ...archiveFacts }),
  BackupCompleted: z.object({
    ...ofBackup,
    policyId: policyId.nullable(),
    worker: text,
    durationMs: count,
    ...archiveFacts,
  }),
  BackupFailed: z.object({ ...ofBackup, ...failureFields }),
  BackupCancelled: z.object({ ...ofBackup }),
  BackupSkipped: z.object({ policyId, deploymentId, dueAt: z.iso.datetime(), reason: z.enum(['busy', 'missed']) }),
  /** Without a cause somebody asked for it. */
  BackupVerified: z.object({
    ...ofBackup,
    durationMs: count,
    documents: count,
    cause: verificationCause.optional(),
    /** Of the file, the first time that a recovered one is read. */
    sha256: z.string().optional(),
  }),
  BackupVerificationFailed: z.object({ ...ofBackup, ...failureFields, cause: verificationCause.optional() }),
  /** How often and how fast archives are read again without being asked for. */
  ScrubChanged: scrubSettings,
  /** The last copy of a completed backup's archive is not at its destination any more. */
  BackupMissing: z.object({ ...ofBackup, destinationId: destinationId.optional() }),
  /** A whole copy of the archive lies at a further destination, its SHA-256 compared with the ledger's. */
  BackupCopied: z.object({ ...ofCopy, key: text, sizeBytes: count }),
  /** A copy could not be made; appended once for each reason in a row, and tried again. */
  BackupCopyFailed: z.object({ ...ofCopy, ...failureFields }),
  /** One of several copies is not at its destination any more; it is made again from another one. */
  BackupCopyMissing: z.object({ ...ofCopy }),
  /**
   * An archive that the ledger did not know, or called missing, was found, wholly verified and taken on. Times are its manifest's.
   * A recovered one was taken on by its manifest alone: the hash of the file is not known yet, and nothing is verified.
   */
  BackupAdopted: z.object({
    ...ofBackup,
    deploymentName: text,
    database: text.nullable(),
    policyId: policyId.nullable(),
    ...archiveFacts,
    sha256: z.string().optional(),
    recovered: z.literal(true).optional(),
    createdAt: z.iso.datetime(),
    completedAt: z.iso.datetime(),
  }),
  /** A dump that was made elsewhere is committed as an archive of the deployment. */
  BackupImported: z.object({
    ...ofBackup,
    deploymentName: text,
    database: text.nullable(),
    policyId: policyId.nullable(),
    ...archiveFacts,
    /** When the dump was taken, as far as is known. */
    takenAt: z.iso.datetime(),
    durationMs: count,
    origin: dumpOrigin,
  }),
  /** Retention chose it; it is not offered any more. `BackupDeleted` follows once the file is gone. */
  BackupExpired: z.object({ ...ofBackup, policyId: policyId.nullable(), retentionCount: count }),
  BackupDeleted: z.object({ ...ofBackup, cause: z.enum(['retention', 'manual']) }),

  OperationCancelRequested: z.object({ operationId, kind: z.enum(['backup', 'restore']), deploymentId }),
  /** A supervisor ends what `from` left: from here on only `worker` may append for it. */
  OperationTakenOver: z.object({
    operationId,
    kind: z.enum(['backup', 'restore']),
    deploymentId,
    worker: text,
    from: text,
  }),

  /** `deploymentId` is the one that is written to, whose lock it takes. */
  RestoreRequested: z.object({
    ...ofRestore,
    deploymentName: text,
    backupId,
    planId,
    target: restoreTarget,
    /** The backup's deployment, where that is another one. */
    source: restoreSource.optional(),
    /** Left out by ones from before there were any: the defaults. */
    options: restoreOptions.optional(),
    /** Of the namespaces as the plan saw them; nothing is done once they differ. */
    liveDigest: text.optional(),
    /** Where the plan found documents that only an update brings back, of whoever may not update. */
    emptyTimestamps: z.array(text).optional(),
    /** The restore that this one takes back. */
    undoOf: restoreId.optional(),
  }),
  RestoreStarted: z.object({ ...ofRestore, worker: text }),
  RestorePhaseStarted: z.object({ ...ofRestore, worker: text, phase: restorePhase }),
  /** What no rename can take back is in a backup of its own. */
  RestoreSafetyBackupTaken: z.object({ ...ofRestore, worker: text, backupId }),
  /**
   * The shadow collections are proven. The names are the journal: which of them exist says how far the swap came. Without an
   * `undo` name what was there is dropped; without a `shadow` it is moved away and nothing takes its place.
   */
  RestoreStaged: z.object({
    ...ofRestore,
    worker: text,
    swaps: z.array(z.object({ database: text, live: text, shadow: text.nullable(), undo: text.optional() })),
    method: swapMethod.optional(),
    /** What is not renamed but written or defined anew, last, from its proven shadow; by live name. */
    rewrites: z
      .array(
        z.object({
          database: text,
          live: text,
          /** null for what is removed. */
          shadow: text.nullable(),
          type: z.enum(['collection', 'view', 'timeseries', 'none']),
          /** The uuid of what is replaced, hex: only that is dropped. */
          replaces: text.optional(),
          /** What was there; a `collection` was moved away first, and is kept. */
          was: z.enum(['collection', 'view', 'timeseries', 'none']).optional(),
        }),
      )
      .optional(),
    /** What begins to expire once all is in place, by live name; `definition` is of an index that is made then. */
    expiries: z
      .array(
        z.object({
          database: text,
          live: text,
          index: text.nullable(),
          seconds: count,
          definition: text.optional(),
        }),
      )
      .optional(),
    /** What there is of it, for who completes it without the archive. */
    documents: count.optional(),
    collections: count.optional(),
    /** Where what is missing is inserted; the collection `undo` says which documents were. */
    merges: z.array(z.object({ database: text, live: text, shadow: text, undo: text })).optional(),
    /** Merges that are taken back: `journal` says which documents had been inserted; those that go are kept in `undo`. */
    unmerges: z.array(z.object({ database: text, live: text, journal: text, undo: text.nullable() })).optional(),
  }),
  /** Nothing live was changed, and what was staged is about to be removed: from here on missing names are no sign of a swap. */
  RestoreUnstaged: z.object({ ...ofRestore, worker: text }),
  /**
   * Something live was changed, and what is left to do was refused again and again: the restore fails with this. What is still staged
   * is about to be removed: from here on missing names are no sign of a swap.
   */
  RestoreGivenUp: z.object({
    ...ofRestore,
    worker: text,
    ...failureFields,
    /**
     * `database.collection` of what was begun by then, of one that stopped before all was swapped; what else was staged has touched
     * nothing live. What is kept of these can be taken back, as after a swap.
     */
    begun: z.array(text).optional(),
    /** Of these, what is kept and has nothing of the restore in its place. */
    movedAway: z.array(text).optional(),
    undoUntil: z.iso.datetime().optional(),
    undoBytes: count.optional(),
    undoCollections: count.optional(),
  }),
  RestoreSwapped: z.object({
    ...ofRestore,
    worker: text,
    method: swapMethod.optional(),
    durationMs: z.number().nonnegative().optional(),
    /** So many commands, where there were too many collections for one; each collection was swapped within one of them. */
    groups: count.optional(),
    /** What was replaced is kept until then. */
    undoUntil: z.iso.datetime().optional(),
    undoBytes: count.optional(),
    /** How many collections are kept; an undo needs every one of them. */
    undoCollections: count.optional(),
    merged: mergeOutcome.optional(),
  }),
  RestoreCompleted: z.object({
    ...ofRestore,
    worker: text,
    durationMs: count,
    documents: count,
    collections: count,
    databases: z.array(text),
    liveData,
    merged: mergeOutcome.optional(),
    /** How long each phase took. */
    phases: z.array(z.object({ phase: restorePhase, durationMs: count })).optional(),
  }),
  RestoreFailed: z.object({ ...ofRestore, liveData, ...failureFields }),
  RestoreCancelled: z.object({ ...ofRestore }),
  /** Another restore took it back. */
  RestoreUndone: z.object({ ...ofRestore, by: restoreId }),
  /** It cannot be taken back any more; what it had replaced is about to be removed. */
  RestoreUndoExpired: z.object({ ...ofRestore, cause: z.enum(['expired', 'asked']) }),
  /** What it had replaced is not kept any more. */
  RestoreUndoDropped: z.object({ ...ofRestore, cause: z.enum(['expired', 'asked']) }),
  /**
   * Single documents of a backup are about to be written into the live collection, at most so many. `DocumentsPutBack` follows, also
   * where the server is killed in between.
   */
  PutBackStarted: z.object({ ...ofBackup, putBackId: z.uuid(), worker: text, namespace: text, documents: count }),
  /** They were written, or some of them. Which ones, and what they hold, is not said. */
  DocumentsPutBack: z.object({
    ...ofBackup,
    /** Which one it ends; left out by those from before there was a start. */
    putBackId: z.uuid().optional(),
    namespace: text,
    inserted: count,
    replaced: count,
    /** Of how many it is not known whether they were written: the connection was lost, or the server that wrote them. */
    uncertain: count.optional(),
  }),

  /** Somebody wants the backup tested; the next worker that is free begins. */
  RestoreTestRequested: z.object({ ...ofBackup }),
  RestoreTestStarted: z.object({ ...ofBackup, worker: text, cause: restoreTestCause, serverVersion: text }),
  /** Every document, index and option equals the manifest. `restoreMs` is what bringing the data back took. */
  RestoreTestPassed: z.object({
    ...ofBackup,
    durationMs: count,
    restoreMs: count,
    documents: count,
    collections: count,
    serverVersion: text,
    cause: restoreTestCause.optional(),
  }),
  RestoreTestFailed: z.object({
    ...ofBackup,
    ...failureFields,
    cause: restoreTestCause.optional(),
    durationMs: count.optional(),
  }),
  RestoreTestSkipped: z.object({
    ...ofBackup,
    cause: restoreTestCause,
    reason: restoreTestSkipReason,
    message: text,
    /** How long it had run. */
    durationMs: count.optional(),
  }),
  RestoreTestsChanged: restoreTestSettings,
  /** What a restore was about to replace and no rename could take back, committed as an archive of the deployment. */
  SafetyBackupCompleted: z.object({
    ...ofBackup,
    restoreId,
    kind: safetyFacts.shape.kind,
    deploymentName: text,
    database: text.nullable(),
    worker: text,
    startedAt: z.iso.datetime(),
    durationMs: count,
    ...archiveFacts,
  }),

  /** The identity is sealed beside the ledger, under `secretRef`. One that came out of a recovery kit names that kit. */
  EncryptionKeyCreated: z.object({
    keyId: encryptionKeyId,
    name: encryptionKeyName,
    recipient: ageRecipient,
    secretRef: z.uuid(),
    kitId: recoveryKitId.optional(),
  }),
  /** The key that new backups are encrypted for unless their policy says otherwise; null: they are not encrypted. */
  EncryptionDefaultChanged: z.object({ keyId: encryptionKeyId.nullable(), name: encryptionKeyName.nullable() }),
  /** Its identity is destroyed: only a recovery kit still opens what was encrypted for it. */
  EncryptionKeyRetired: z.object({ keyId: encryptionKeyId, name: encryptionKeyName }),
  /** Somebody who keeps the identity elsewhere; every encrypted backup from now on can be opened by them too. */
  EncryptionRecipientAdded: z.object({ keyId: encryptionKeyId, name: encryptionKeyName, recipient: ageRecipient }),
  EncryptionRecipientRemoved: z.object({ keyId: encryptionKeyId, name: encryptionKeyName }),
  /** `codeRef`: where the code that stands inside the kit is sealed. */
  RecoveryKitIssued: z.object({ kitId: recoveryKitId, keyIds: z.array(encryptionKeyId), codeRef: z.uuid() }),
  RecoveryKitConfirmed: z.object({ kitId: recoveryKitId, keyIds: z.array(encryptionKeyId) }),
  /** The id is that of the marker at the destination. */
  DestinationAdded: z.object({ destinationId, ...destinationFacts }),
  DestinationUpdated: z.object({ destinationId, ...destinationFacts }),
  /** What lies there stays there; the ledger knows no copy there any more. */
  DestinationRemoved: z.object({ destinationId, name: destinationName }),

  /**
   * Backups were taken on from a destination and, when they are encrypted, a recovery kit. `previous`: the newest head of the
   * lost ledger that an archive names.
   */
  LedgerRecovered: z.object({
    destinationId,
    archives: count,
    backups: count,
    unreadable: count,
    kitId: recoveryKitId.nullable(),
    previous: z.object({ position: count, hash: z.string() }).nullable(),
  }),
  ConfigurationImported: z.object({ deployments: count, policies: count, digest: z.string() }),
  ApiKeyCreated: z.object({ keyId: z.string(), role: z.enum(['administrator']) }),
  SignedIn: z.object({ method: z.enum(['login-code']) }),
  /** Failed sign-ins of one minute from one source, counted: strangers must not grow the ledger. */
  SignInFailed: z.object({ source: text, attempts: count, minute: z.iso.datetime() }),
} as const;

export type EventType = keyof typeof eventData;
export type EventData<T extends EventType = EventType> = z.infer<(typeof eventData)[T]>;
export const eventTypes = Object.keys(eventData) as EventType[];

/** `deployment:<id>`, `policy:<id>`, `backup:<id>`, `restore:<id>`, `destination:<id>`, `configuration`, `encryption`, `scrub`, `restore-tests` or `access`. */
export const streamName = z
  .string()
  .regex(
    /^(?:(?:deployment|policy|backup|restore|destination):[0-9a-f-]{36}|configuration|encryption|scrub|restore-tests|access)$/,
  );
export type StreamName = z.infer<typeof streamName>;

/** An event that a decider returns: not yet in the ledger. */
export type NewEvent<T extends EventType = EventType> = {
  [K in T]: { readonly stream: StreamName; readonly type: K; readonly data: EventData<K> };
}[T];

/** An event as the ledger holds it. `position` is gapless from 1. `data` is parsed by `parseEvent`. */
export const ledgerEvent = z.object({
  position: z.int().positive(),
  eventId: z.uuid(),
  stream: streamName,
  version: z.int().positive(),
  type: z.enum(eventTypes as [EventType, ...EventType[]]),
  schemaVersion: z.int().positive(),
  /** ISO 8601 in UTC, the database's time; never goes back along the chain. */
  at: z.iso.datetime(),
  actor,
  /** The operation (or, outside one, the command) that this belongs to. */
  correlationId: z.uuid(),
  /** The event that caused this one. */
  causationId: z.uuid().nullable(),
  data: z.record(z.string(), z.unknown()),
  prevHash: z.string(),
  hash: z.string(),
});

type Envelope = Omit<z.infer<typeof ledgerEvent>, 'type' | 'data'>;
/** A ledger event whose `type` narrows its `data`. */
export type LedgerEvent<T extends EventType = EventType> = {
  [K in T]: Envelope & { readonly type: K; readonly data: EventData<K> };
}[T];

/** Checks an event's envelope and data. Throws a ZodError that names the field. */
export function parseEvent(input: unknown): LedgerEvent {
  const envelope = ledgerEvent.parse(input);
  return { ...envelope, data: eventData[envelope.type].parse(envelope.data) } as LedgerEvent;
}
