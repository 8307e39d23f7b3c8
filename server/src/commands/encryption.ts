// Encryption keys and recovery kits. Identities and codes go into the sealed secrets, never into an event; an identity leaves
// the server in a kit only, under the passphrase of whoever asked for it.
import { randomBytes } from 'node:crypto';
import type { Actor } from '@holdfast/shared/actor';
import type { EncryptionStatus, IssuedKit } from '@holdfast/shared/encryption';
import { AppError } from '@holdfast/shared/errors';
import type { NewEvent } from '@holdfast/shared/events';
import type { EncryptionKeyId, RecoveryKitId } from '@holdfast/shared/ids';
import { confirmationCodeOf, normalCode } from '@holdfast/shared/readable-secrets';
import { v7 as uuid } from 'uuid';
import { generateIdentity, InvalidAgeKey, parseRecipient } from '../archive/age/age-keys.ts';
import * as domain from '../domain/encryption.ts';
import { openIdentity } from '../keys/keyring.ts';
import { type KitKey, type RecoveryKitContents, sealKit } from '../keys/recovery-kit.ts';
import type { StoredBackup } from '../projections/backups.ts';
import type { Services } from '../services.ts';
import { execute } from './execute.ts';
import { withSecret } from './with-secret.ts';

type State = domain.EncryptionState | undefined;

/** Makes a key. It is used for nothing until a confirmed kit holds it. Raises ENCRYPTION_KEY_EXISTS. */
export async function createKey(services: Services, name: string, actor: Actor): Promise<EncryptionKeyId> {
  const identity = generateIdentity();
  const keyId = uuid() as EncryptionKeyId;
  const recipient = identity.recipient.toString();
  await withSecret(services.secrets, identity.toString(), (secretRef) =>
    change(services, actor, (state) => domain.createKey(state, { keyId, name, recipient, secretRef })),
  );
  return keyId;
}

/** Encrypts for somebody who keeps the secret key elsewhere, too. Raises ENCRYPTION_KEY_INVALID, ENCRYPTION_KEY_EXISTS. */
export async function addRecipient(
  services: Services,
  given: { readonly name: string; readonly recipient: string },
  actor: Actor,
): Promise<void> {
  const recipient = validRecipient(given.recipient);
  const keyId = uuid() as EncryptionKeyId;
  await change(services, actor, (state) => domain.addRecipient(state, { keyId, name: given.name, recipient }));
}

/** Raises ENCRYPTION_KEY_NOT_FOUND. */
export async function removeRecipient(services: Services, keyId: EncryptionKeyId, actor: Actor): Promise<void> {
  await change(services, actor, (state) => domain.removeRecipient(state, keyId));
}

/** Turns encryption on for a key, or off (null). Raises what `changeDefault` raises. */
export async function setDefault(services: Services, keyId: EncryptionKeyId | null, actor: Actor): Promise<void> {
  await change(services, actor, (state) => domain.changeDefault(state, keyId));
}

/** Destroys a key that nothing needs any more. Raises what `retireKey` raises. */
export async function retireKey(services: Services, keyId: EncryptionKeyId, actor: Actor): Promise<void> {
  // One that is being made may have begun when the key was still in use.
  const backups = await count(services, [
    { status: { $in: ['completed', 'missing'] }, 'encryption.keys.id': keyId },
    { status: { $in: ['requested', 'running', 'sealed'] } },
  ]);
  await change(services, actor, (state) => domain.retireKey(state, { keyId, backups }));
  const key = (await stateOf(services))?.keys.find((one) => one.keyId === keyId);
  if (key?.retired) await services.secrets.remove(key.secretRef);
}

/**
 * A recovery kit with every key that is not retired, under the passphrase. It takes the place of the last one. Raises
 * ENCRYPTION_KEY_MISSING; throws `key-missing` when a key cannot be opened.
 */
export async function issueKit(services: Services, passphrase: string, actor: Actor): Promise<IssuedKit> {
  const state = await stateOf(services);
  const keys = await Promise.all((state?.keys ?? []).filter(({ retired }) => !retired).map(kitKey));
  if (keys.length === 0) throw new AppError('ENCRYPTION_KEY_MISSING', {});
  const kitId = uuid() as RecoveryKitId;
  const keyIds = keys.map(({ id }) => id);
  const code = confirmationCodeOf(randomBytes(5));
  const issuedAt = new Date(services.now()).toISOString();
  const destinations = services.destinations.known().map(({ url }) => url);
  const content = await sealKit({ kitId, issuedAt, code, destinations, keys }, passphrase);
  await withSecret(services.secrets, code, (codeRef) =>
    change(services, actor, (now) => domain.issueKit(now, { kitId, keyIds, codeRef })),
  );
  if (state?.kit) await services.secrets.remove(state.kit.codeRef);
  return { kitId, keyIds, content, fileName: `holdfast-recovery-kit-${issuedAt.slice(0, 10)}-${kitId.slice(-6)}.age` };

  async function kitKey(key: domain.KeyState): Promise<KitKey> {
    const { keyId: id, name, createdAt } = key;
    return { id, name, createdAt, identity: await openIdentity(services.secrets, key) };
  }
}

/**
 * Takes on the keys of a recovery kit, which holds them from then on as a confirmed one. Those that are known already stay as they
 * are. Returns how many are new. Raises ENCRYPTION_KEY_EXISTS when another key has the name of one.
 */
export async function importKit(services: Services, kit: RecoveryKitContents, actor: Actor): Promise<number> {
  let imported = 0;
  for (const { id: keyId, name, identity } of kit.keys) {
    const recipient = identity.recipient.toString();
    if ((await stateOf(services))?.keys.some((known) => known.recipient === recipient)) continue;
    await withSecret(services.secrets, identity.toString(), (secretRef) =>
      change(services, actor, (state) =>
        domain.createKey(state, { keyId, name, recipient, secretRef, kitId: kit.kitId }),
      ),
    );
    imported += 1;
  }
  return imported;
}

/** The code that stands in the newest kit shows that it can be opened. Raises RECOVERY_KIT_NOT_FOUND, RECOVERY_KIT_CODE_WRONG. */
export async function confirmKit(
  services: Services,
  command: { readonly kitId: RecoveryKitId | undefined; readonly code: string },
  actor: Actor,
): Promise<void> {
  const state = await stateOf(services);
  const kit = domain.requireKit(state, command.kitId ?? (state?.kit?.kitId as RecoveryKitId));
  if (kit.confirmedAt !== null) return;
  if (normalCode(await services.secrets.open(kit.codeRef)) !== normalCode(command.code))
    throw new AppError('RECOVERY_KIT_CODE_WRONG', {});
  await change(services, actor, (now) => domain.confirmKit(now, kit.kitId));
  await services.secrets.remove(kit.codeRef);
}

/** All that is public about encryption. */
export async function encryptionStatus(services: Services): Promise<EncryptionStatus> {
  const state = (await stateOf(services)) ?? domain.noEncryption;
  const keys = await Promise.all(state.keys.map((key) => publicKey(services, state, key)));
  const { kit } = state;
  return {
    defaultKeyId: state.defaultKeyId,
    keys,
    recipients: state.recipients.map(({ keyId: id, ...recipient }) => ({ id, ...recipient })),
    kit: kit && { id: kit.kitId, issuedAt: kit.issuedAt, keyIds: [...kit.keyIds], confirmedAt: kit.confirmedAt },
    kitIsCurrent: keys.every(({ status, inKit }) => inKit || status === 'retired') && keys.length > 0,
  };
}

/** How keys and kit stand, and which keys the master key does not open. */
export async function encryptionFinding(services: Services) {
  const kept = ((await stateOf(services))?.keys ?? []).filter(({ retired }) => !retired);
  const readable = await Promise.allSettled(kept.map((key) => openIdentity(services.secrets, key)));
  const unreadable = kept.filter((_, index) => readable[index]?.status === 'rejected').map(({ name }) => name);
  return { status: await encryptionStatus(services), unreadable };
}

/** The key or recipient of that id or name, one that is not retired first. Raises ENCRYPTION_KEY_NOT_FOUND. */
export async function findKeyId(services: Services, idOrName: string): Promise<EncryptionKeyId> {
  const state = await stateOf(services);
  const known = [...(state?.keys ?? []), ...(state?.recipients ?? [])];
  const wanted = idOrName.trim().toLowerCase();
  const found = known.find(({ keyId, name }) => keyId === wanted || name.toLowerCase() === wanted);
  if (found === undefined) throw new AppError('ENCRYPTION_KEY_NOT_FOUND', { id: idOrName });
  return found.keyId;
}

async function publicKey(services: Services, state: domain.EncryptionState, key: domain.KeyState) {
  const { keyId: id, name, recipient, createdAt, inKit, retired } = key;
  const status = retired ? 'retired' : state.defaultKeyId === id ? 'active' : 'kept';
  const backups = await count(services, [{ status: { $in: ['completed', 'missing'] }, 'encryption.keys.id': id }]);
  const policies = state.policies.filter((policy) => policy.keyId === id).length;
  return { id, name, recipient, createdAt, status, inKit, backups, policies } as const;
}

function validRecipient(text: string): string {
  try {
    return parseRecipient(text).toString();
  } catch (error) {
    if (!(error instanceof InvalidAgeKey)) throw error;
    throw new AppError('ENCRYPTION_KEY_INVALID', { problem: error.message });
  }
}

async function count({ ledger }: Services, any: readonly object[]): Promise<number> {
  const backups = await ledger.readModel<StoredBackup>('backups');
  return await backups.countDocuments({ $or: [...any] });
}

async function stateOf({ ledger }: Services): Promise<State> {
  return (await ledger.state('encryption')) as State;
}

function change(services: Services, actor: Actor, decide: (state: State) => NewEvent[]) {
  return execute(services.ledger, { actor, reads: ['encryption'], decide: (state) => decide(state('encryption')) });
}
