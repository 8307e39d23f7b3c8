// Encryption keys and recovery kits as callers see them: only public parts. Secret keys are sealed beside the ledger and leave
// the server in one form, a recovery kit that a passphrase seals.
import { z } from 'zod';
import { encryptionKeyId, recoveryKitId } from './ids.ts';

const count = z.int().nonnegative();

/** What people call a key. It never changes. */
export const encryptionKeyName = z
  .string()
  .trim()
  .min(1, { error: 'A key needs a name.' })
  .max(64, { error: 'The name of a key has at most 64 characters.' })
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._@-]*$/u, {
    error: 'The name of a key has letters, digits, spaces and . _ @ - only, and begins with a letter or digit.',
  });

/** A public X25519 key of age. Whether its checksum is right is looked at where it is used. */
export const ageRecipient = z.string().regex(/^age1[0-9a-z]{58}$/, {
  error: 'A public key of age begins with age1 and has 62 characters.',
});

/** What seals a recovery kit: 12 characters at least, nothing that a line cannot hold. */
export const kitPassphrase = z
  .string()
  .min(12, { error: 'The passphrase needs 12 characters at least.' })
  .max(1_024, { error: 'The passphrase has at most 1024 characters.' })
  .regex(/^[^\p{Cc}]*$/u, { error: 'The passphrase is one line, without control characters.' });

/** Which keys can open a backup: those of the server and those that others keep. */
export const backupEncryption = z.object({
  keys: z.array(z.object({ id: encryptionKeyId, name: z.string() })).min(1),
});
export type BackupEncryption = z.infer<typeof backupEncryption>;

/** A policy's choice: as the whole server does, not at all, or for a key of its own. */
export const policyEncryption = z.union([z.literal('inherit'), z.literal('off'), encryptionKeyId], {
  error: 'encryption is "inherit", "off" or the id of an encryption key.',
});
export type PolicyEncryption = z.infer<typeof policyEncryption>;

/** A key of this server. Times are ISO 8601 in UTC. */
export const encryptionKey = z.object({
  id: encryptionKeyId,
  name: z.string(),
  /** Its public half, `age1...`. */
  recipient: z.string(),
  createdAt: z.iso.datetime(),
  /** active: new backups are encrypted for it; kept: it opens older ones; retired: destroyed, it opens nothing any more. */
  status: z.enum(['active', 'kept', 'retired']),
  /** Whether a confirmed recovery kit holds it. Before that nothing is encrypted for it. */
  inKit: z.boolean(),
  /** Backups that cannot be opened without it: those kept, and those being made. */
  backups: count,
  /** Policies that name it. */
  policies: count,
});
export type EncryptionKey = z.infer<typeof encryptionKey>;

/** Somebody who keeps the secret key elsewhere. */
export const encryptionRecipient = z.object({
  id: encryptionKeyId,
  name: z.string(),
  recipient: z.string(),
  addedAt: z.iso.datetime(),
});
export type EncryptionRecipient = z.infer<typeof encryptionRecipient>;

/** The newest recovery kit. Its contents are known to whoever downloaded it, and to nobody else. */
export const recoveryKit = z.object({
  id: recoveryKitId,
  issuedAt: z.iso.datetime(),
  keyIds: z.array(encryptionKeyId),
  /** When its code was entered; null until then. */
  confirmedAt: z.iso.datetime().nullable(),
});
export type RecoveryKit = z.infer<typeof recoveryKit>;

/** What `encryption.status` returns. */
export const encryptionStatus = z.object({
  /** Null: backups are not encrypted unless their policy says so. */
  defaultKeyId: encryptionKeyId.nullable(),
  /** Oldest first, retired ones too. */
  keys: z.array(encryptionKey),
  recipients: z.array(encryptionRecipient),
  kit: recoveryKit.nullable(),
  /** Whether a confirmed kit holds every key that is not retired. */
  kitIsCurrent: z.boolean(),
});
export type EncryptionStatus = z.infer<typeof encryptionStatus>;

/** A recovery kit as it is handed out, once: an age file in armor that the passphrase opens. */
export const issuedKit = z.object({
  kitId: recoveryKitId,
  fileName: z.string(),
  content: z.string(),
  keyIds: z.array(encryptionKeyId),
});
export type IssuedKit = z.infer<typeof issuedKit>;
