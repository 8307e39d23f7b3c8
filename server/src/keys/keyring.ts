// The encryption keys of this server, for those who write and read archives. Identities are opened from the sealed secrets once
// and kept in memory only; nothing here gives one away but to `archive/`.
import type { BackupEncryption, PolicyEncryption } from '@holdfast/shared/encryption';
import { AppError } from '@holdfast/shared/errors';
import { OperationFailure } from '@holdfast/shared/failures';
import type { PolicyId } from '@holdfast/shared/ids';
import type { Logger } from 'pino';
import { type AgeIdentity, type AgeRecipient, parseIdentity, parseRecipient } from '../archive/age/age-keys.ts';
import { type EncryptionState, encryptedFor, type KeyState } from '../domain/encryption.ts';
import type { PolicyState } from '../domain/policy.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type SealedSecrets, SecretUnreadable } from '../ledger/sealed-secrets.ts';

/** Whom a backup is encrypted for. Without encryption there is nobody, and nothing to record. */
export interface Recipients {
  readonly recipients: readonly AgeRecipient[];
  /** As events and lists name them; undefined when the backup is not encrypted. */
  readonly encryption: BackupEncryption | undefined;
}

export interface Keyring {
  /**
   * Whom a backup of this policy is to be encrypted for, as things stand now; without a policy as the default says. Throws
   * `key-missing` when its key cannot be used any more: such a backup is never written in the clear instead.
   */
  recipientsFor(policyId: PolicyId | null): Promise<Recipients>;
  /** Every identity that is not retired, the default's first. One that cannot be opened is left out, and logged. */
  identities(): Promise<readonly AgeIdentity[]>;
  /** The key with this public half, as events name it; undefined for one that this server does not know. */
  keyOf(recipient: AgeRecipient): Promise<BackupEncryption['keys'][number] | undefined>;
}

export interface KeyringOptions {
  readonly ledger: Pick<Ledger, 'state'>;
  readonly secrets: Pick<SealedSecrets, 'open'>;
  readonly logger: Pick<Logger, 'error'>;
}

/** Opens nothing yet. */
export function openKeyring({ ledger, secrets, logger }: KeyringOptions): Keyring {
  const opened = new Map<string, AgeIdentity>();
  const stateNow = () => ledger.state('encryption') as Promise<EncryptionState | undefined>;
  const readable = async (key: KeyState): Promise<AgeIdentity[]> => {
    try {
      const identity = opened.get(key.secretRef) ?? (await openIdentity(secrets, key));
      opened.set(key.secretRef, identity);
      return [identity];
    } catch (error) {
      if (!(error instanceof OperationFailure)) throw error;
      logger.error({ err: error }, 'an encryption key cannot be opened');
      return [];
    }
  };
  return {
    async recipientsFor(policyId) {
      const policy = policyId === null ? undefined : ((await ledger.state(`policy:${policyId}`)) as PolicyState);
      return recipientsOf(await stateNow(), policy?.settings.encryption ?? 'inherit');
    },
    async identities() {
      const state = await stateNow();
      const isDefault = ({ keyId }: KeyState) => Number(keyId === state?.defaultKeyId);
      const kept = (state?.keys ?? []).filter(({ retired }) => !retired);
      return (await Promise.all(kept.toSorted((a, b) => isDefault(b) - isDefault(a)).map(readable))).flat();
    },
    async keyOf(recipient) {
      const text = recipient.toString();
      const key = (await stateNow())?.keys.find((one) => one.recipient === text);
      return key && { id: key.keyId, name: key.name };
    },
  };
}

/** A key's identity. Throws `key-missing` when the master key does not open it; the message holds no secret. */
export async function openIdentity(
  secrets: Pick<SealedSecrets, 'open'>,
  { name, secretRef }: Pick<KeyState, 'name' | 'secretRef'>,
): Promise<AgeIdentity> {
  try {
    return parseIdentity(await secrets.open(secretRef));
  } catch (error) {
    if (!(error instanceof SecretUnreadable)) throw error;
    throw new OperationFailure('key-missing', `The encryption key ${name} cannot be opened. ${error.message}`);
  }
}

function recipientsOf(state: EncryptionState | undefined, choice: PolicyEncryption): Recipients {
  try {
    const keys = encryptedFor(state, choice);
    if (keys.length === 0) return { recipients: [], encryption: undefined };
    return {
      recipients: keys.map(({ recipient }) => parseRecipient(recipient)),
      encryption: { keys: keys.map(({ keyId, name }) => ({ id: keyId, name })) },
    };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new OperationFailure('key-missing', `The backup cannot be encrypted: ${error.message}`, { cause: error });
  }
}
