// Encryption keys and the recovery kit. Pure: nothing here is secret, identities and codes are known by reference.
//
// key:  (none) --create--> created --kit confirmed--> usable <--> the default --another default--> usable --retire--> retired
// kit:  (none) --issue--> issued --confirm--> confirmed;  a new one takes the place of the last
//
// Nothing is encrypted for a key that no confirmed kit holds. A key that is the default, that a policy names or that a backup
// needs is not retired.

import type { PolicyEncryption } from '@holdfast/shared/encryption';
import { AppError } from '@holdfast/shared/errors';
import type { EventData, LedgerEvent, NewEvent } from '@holdfast/shared/events';
import type { EncryptionKeyId, PolicyId, RecoveryKitId } from '@holdfast/shared/ids';

export interface KeyState {
  readonly keyId: EncryptionKeyId;
  readonly name: string;
  readonly recipient: string;
  readonly secretRef: string;
  readonly createdAt: string;
  /** Whether a confirmed kit holds it. */
  readonly inKit: boolean;
  readonly retired: boolean;
}

export interface RecipientState {
  readonly keyId: EncryptionKeyId;
  readonly name: string;
  readonly recipient: string;
  readonly addedAt: string;
}

export interface KitState {
  readonly kitId: RecoveryKitId;
  readonly keyIds: readonly EncryptionKeyId[];
  readonly codeRef: string;
  readonly issuedAt: string;
  readonly confirmedAt: string | null;
}

/** All that deciders know of encryption: the state of the stream `encryption`. */
export interface EncryptionState {
  readonly keys: readonly KeyState[];
  readonly recipients: readonly RecipientState[];
  readonly defaultKeyId: EncryptionKeyId | null;
  /** The newest. */
  readonly kit: KitState | null;
  /** Policies that name a key. */
  readonly policies: readonly { readonly policyId: PolicyId; readonly keyId: EncryptionKeyId }[];
}

export const noEncryption: EncryptionState = { keys: [], recipients: [], defaultKeyId: null, kit: null, policies: [] };

const stream = 'encryption';

/** Adds a key. Raises ENCRYPTION_KEY_EXISTS for a name or a public key that is known. */
export function createKey(state: EncryptionState | undefined, data: EventData<'EncryptionKeyCreated'>): NewEvent[] {
  refuseKnown(state, data);
  return [{ stream, type: 'EncryptionKeyCreated', data }];
}

/** Adds somebody who keeps the secret key elsewhere. Raises ENCRYPTION_KEY_EXISTS. */
export function addRecipient(
  state: EncryptionState | undefined,
  data: EventData<'EncryptionRecipientAdded'>,
): NewEvent[] {
  refuseKnown(state, data);
  return [{ stream, type: 'EncryptionRecipientAdded', data }];
}

/** New backups are not encrypted for them any more. Raises ENCRYPTION_KEY_NOT_FOUND. */
export function removeRecipient(state: EncryptionState | undefined, keyId: EncryptionKeyId): NewEvent[] {
  const known = state?.recipients.find((recipient) => recipient.keyId === keyId);
  if (known === undefined) throw new AppError('ENCRYPTION_KEY_NOT_FOUND', { id: keyId });
  return [{ stream, type: 'EncryptionRecipientRemoved', data: { keyId, name: known.name } }];
}

/**
 * Turns encryption on for a key, or off; what is so already appends nothing. Raises ENCRYPTION_KEY_NOT_FOUND,
 * ENCRYPTION_KEY_RETIRED, RECOVERY_KIT_REQUIRED.
 */
export function changeDefault(state: EncryptionState | undefined, keyId: EncryptionKeyId | null): NewEvent[] {
  const name = keyId === null ? null : requireUsable(state, keyId).name;
  if ((state?.defaultKeyId ?? null) === keyId) return [];
  return [{ stream, type: 'EncryptionDefaultChanged', data: { keyId, name } }];
}

/** The key when backups may be encrypted for it. Raises ENCRYPTION_KEY_NOT_FOUND, ENCRYPTION_KEY_RETIRED, RECOVERY_KIT_REQUIRED. */
export function requireUsable(state: EncryptionState | undefined, keyId: EncryptionKeyId): KeyState {
  const key = requireKey(state, keyId);
  if (key.retired) throw new AppError('ENCRYPTION_KEY_RETIRED', { name: key.name });
  if (!key.inKit) throw new AppError('RECOVERY_KIT_REQUIRED', { keys: [key.name] });
  return key;
}

/**
 * Lets go of a key for good; `backups` is how many cannot be opened without it. One that is retired already appends nothing.
 * Raises ENCRYPTION_KEY_NOT_FOUND, ENCRYPTION_KEY_IN_USE.
 */
export function retireKey(
  state: EncryptionState | undefined,
  { keyId, backups }: { readonly keyId: EncryptionKeyId; readonly backups: number },
): NewEvent[] {
  const { name, retired } = requireKey(state, keyId);
  if (retired) return [];
  const isDefault = state?.defaultKeyId === keyId;
  const policies = state?.policies.filter((policy) => policy.keyId === keyId).length ?? 0;
  if (isDefault || policies > 0 || backups > 0)
    throw new AppError('ENCRYPTION_KEY_IN_USE', { name, isDefault, policies, backups });
  return [{ stream, type: 'EncryptionKeyRetired', data: { keyId, name } }];
}

/** Notes that a kit was made of these keys. Raises ENCRYPTION_KEY_MISSING without any, ENCRYPTION_KEY_RETIRED for one that went meanwhile. */
export function issueKit(state: EncryptionState | undefined, data: EventData<'RecoveryKitIssued'>): NewEvent[] {
  if (data.keyIds.length === 0) throw new AppError('ENCRYPTION_KEY_MISSING', {});
  for (const keyId of data.keyIds) {
    const { name, retired } = requireKey(state, keyId);
    if (retired) throw new AppError('ENCRYPTION_KEY_RETIRED', { name });
  }
  return [{ stream, type: 'RecoveryKitIssued', data }];
}

/** Somebody opened the newest kit and read its code. Raises RECOVERY_KIT_NOT_FOUND for any other; a second time appends nothing. */
export function confirmKit(state: EncryptionState | undefined, kitId: RecoveryKitId): NewEvent[] {
  const kit = requireKit(state, kitId);
  if (kit.confirmedAt !== null) return [];
  return [{ stream, type: 'RecoveryKitConfirmed', data: { kitId, keyIds: [...kit.keyIds] } }];
}

/** The newest kit. Raises RECOVERY_KIT_NOT_FOUND when it is another one. */
export function requireKit(state: EncryptionState | undefined, kitId: RecoveryKitId): KitState {
  const kit = state?.kit ?? null;
  if (kit === null || kit.kitId !== kitId) throw new AppError('RECOVERY_KIT_NOT_FOUND', {});
  return kit;
}

/** Whom a backup is encrypted for: the key first, then everybody who keeps their own; nobody when it is not encrypted. */
export function encryptedFor(
  state: EncryptionState | undefined,
  choice: PolicyEncryption,
): readonly (KeyState | RecipientState)[] {
  const keyId = choice === 'inherit' ? (state?.defaultKeyId ?? null) : choice === 'off' ? null : choice;
  return keyId === null ? [] : [requireUsable(state, keyId), ...(state?.recipients ?? [])];
}

export function evolveEncryption(state: EncryptionState | undefined, event: LedgerEvent): EncryptionState {
  const now = state ?? noEncryption;
  switch (event.type) {
    case 'EncryptionKeyCreated':
      return { ...now, keys: [...now.keys, created(event)] };
    case 'EncryptionRecipientAdded':
      return { ...now, recipients: [...now.recipients, { ...event.data, addedAt: event.at }] };
    case 'EncryptionRecipientRemoved':
      return { ...now, recipients: now.recipients.filter(({ keyId }) => keyId !== event.data.keyId) };
    case 'EncryptionDefaultChanged':
      return { ...now, defaultKeyId: event.data.keyId };
    case 'EncryptionKeyRetired':
      return withKeys(now, [event.data.keyId], { retired: true });
    case 'RecoveryKitIssued':
      return { ...now, kit: { ...event.data, issuedAt: event.at, confirmedAt: null } };
    case 'RecoveryKitConfirmed':
      return withKeys(confirmed(now, event), event.data.keyIds, { inKit: true });
    case 'PolicyChanged':
      return withPolicy(now, event.data);
    case 'DeploymentRemoved':
      return { ...now, policies: now.policies.filter(({ policyId }) => !event.data.policyIds.includes(policyId)) };
    default:
      return now;
  }
}

function created({ data, at }: LedgerEvent<'EncryptionKeyCreated'>): KeyState {
  const { kitId, ...key } = data;
  return { ...key, createdAt: at, inKit: kitId !== undefined, retired: false };
}

function confirmed(state: EncryptionState, { data, at }: LedgerEvent<'RecoveryKitConfirmed'>): EncryptionState {
  return state.kit?.kitId === data.kitId ? { ...state, kit: { ...state.kit, confirmedAt: at } } : state;
}

function withKeys(
  state: EncryptionState,
  keyIds: readonly EncryptionKeyId[],
  change: Partial<KeyState>,
): EncryptionState {
  const keys = state.keys.map((key) => (keyIds.includes(key.keyId) ? { ...key, ...change } : key));
  return { ...state, keys };
}

/** Events from before there was encryption, and changes that leave it out, say nothing. */
function withPolicy(state: EncryptionState, { policyId, encryption }: EventData<'PolicyChanged'>): EncryptionState {
  if (encryption === undefined) return state;
  const others = state.policies.filter((policy) => policy.policyId !== policyId);
  const named = encryption === 'inherit' || encryption === 'off' ? [] : [{ policyId, keyId: encryption }];
  return { ...state, policies: [...others, ...named] };
}

function requireKey(state: EncryptionState | undefined, keyId: EncryptionKeyId): KeyState {
  const key = state?.keys.find((one) => one.keyId === keyId);
  if (key === undefined) throw new AppError('ENCRYPTION_KEY_NOT_FOUND', { id: keyId });
  return key;
}

/** A key that was retired keeps its name: backups of it say so. */
function refuseKnown(
  state: EncryptionState | undefined,
  { name, recipient }: { name: string; recipient: string },
): void {
  const known = [...(state?.keys ?? []), ...(state?.recipients ?? [])];
  const twin = known.find((one) => one.name.toLowerCase() === name.toLowerCase() || one.recipient === recipient);
  if (twin) throw new AppError('ENCRYPTION_KEY_EXISTS', { name, existing: twin.name });
}
