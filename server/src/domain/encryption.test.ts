import type { NewEvent } from '@holdfast/shared/events';
import type { EncryptionKeyId, PolicyId, RecoveryKitId } from '@holdfast/shared/ids';
import { describe, expect, it } from 'vitest';
import {
  addRecipient,
  changeDefault,
  confirmKit,
  createKey,
  encryptedFor,
  issueKit,
  removeRecipient,
  retireKey,
} from './encryption.ts';
import { deploymentId, policyId, settings } from './examples.ts';
import { given, refusal } from './testing.ts';

const id = (n: number) => `01970000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const [first, second, external] = [21, 22, 23].map((n) => id(n) as EncryptionKeyId) as [
  EncryptionKeyId,
  EncryptionKeyId,
  EncryptionKeyId,
];
const [kit, newerKit] = [id(31), id(32)] as [RecoveryKitId, RecoveryKitId];
const recipientOf = (letter: string) => `age1${letter.repeat(58)}`;
const stream = 'encryption';

const events = {
  first: { keyId: first, name: 'main', recipient: recipientOf('q'), secretRef: id(41) },
  second: { keyId: second, name: 'next', recipient: recipientOf('p'), secretRef: id(42) },
  external: { keyId: external, name: 'auditor', recipient: recipientOf('z') },
};
const created: NewEvent[] = [{ stream, type: 'EncryptionKeyCreated', data: events.first }];
const issued: NewEvent[] = [
  ...created,
  { stream, type: 'RecoveryKitIssued', data: { kitId: kit, keyIds: [first], codeRef: id(51) } },
];
const confirmed: NewEvent[] = [
  ...issued,
  { stream, type: 'RecoveryKitConfirmed', data: { kitId: kit, keyIds: [first] } },
];
const on: NewEvent[] = [
  ...confirmed,
  { stream, type: 'EncryptionDefaultChanged', data: { keyId: first, name: 'main' } },
];
const twoKeys: NewEvent[] = [...on, { stream, type: 'EncryptionKeyCreated', data: events.second }];
const after = (past: NewEvent[]) => given(past)('encryption');
const names = (past: NewEvent[], choice: Parameters<typeof encryptedFor>[1]) =>
  encryptedFor(after(past), choice).map(({ name }) => name);

describe('a key', () => {
  it('has a name and a public key of its own', () => {
    expect(createKey(undefined, events.first)).toStrictEqual(created);
    expect(refusal(() => createKey(after(created), { ...events.second, name: 'MAIN' }))).toBe('ENCRYPTION_KEY_EXISTS');
    const twin = { ...events.second, recipient: events.first.recipient };
    expect(refusal(() => createKey(after(created), twin))).toBe('ENCRYPTION_KEY_EXISTS');
    expect(refusal(() => addRecipient(after(created), { ...events.external, name: 'main' }))).toBe(
      'ENCRYPTION_KEY_EXISTS',
    );
  });

  it('is used for nothing before somebody has opened a kit that holds it', () => {
    expect(refusal(() => changeDefault(after(created), first))).toBe('RECOVERY_KIT_REQUIRED');
    expect(refusal(() => changeDefault(after(issued), first))).toBe('RECOVERY_KIT_REQUIRED');
    expect(changeDefault(after(confirmed), first)).toStrictEqual(on.slice(-1));
    expect(refusal(() => encryptedFor(after(created), first))).toBe('RECOVERY_KIT_REQUIRED');
  });

  it('takes the place of the last one only once a newer kit holds it', () => {
    expect(refusal(() => changeDefault(after(twoKeys), second))).toBe('RECOVERY_KIT_REQUIRED');
    const covered: NewEvent[] = [
      ...twoKeys,
      { stream, type: 'RecoveryKitIssued', data: { kitId: newerKit, keyIds: [first, second], codeRef: id(52) } },
      { stream, type: 'RecoveryKitConfirmed', data: { kitId: newerKit, keyIds: [first, second] } },
    ];
    expect(changeDefault(after(covered), second)).toHaveLength(1);
    expect(names(covered, 'inherit')).toStrictEqual(['main']);
    expect(names(covered, second)).toStrictEqual(['next']);
  });

  it('that came out of a kit is held by that kit', () => {
    const recovered: NewEvent[] = [{ stream, type: 'EncryptionKeyCreated', data: { ...events.first, kitId: kit } }];
    expect(changeDefault(after(recovered), first)).toHaveLength(1);
  });

  it('is not retired while anything needs it', () => {
    const otherwise: NewEvent[] = [
      ...on,
      { stream, type: 'EncryptionDefaultChanged', data: { keyId: null, name: null } },
    ];
    expect(refusal(() => retireKey(after(on), { keyId: first, backups: 0 }))).toBe('ENCRYPTION_KEY_IN_USE');
    expect(refusal(() => retireKey(after(otherwise), { keyId: first, backups: 1 }))).toBe('ENCRYPTION_KEY_IN_USE');
    const [gone, ...more] = retireKey(after(otherwise), { keyId: first, backups: 0 });
    expect([gone?.type, more]).toStrictEqual(['EncryptionKeyRetired', []]);
    const retired = [...otherwise, gone as NewEvent];
    expect(retireKey(after(retired), { keyId: first, backups: 0 })).toStrictEqual([]);
    expect(refusal(() => changeDefault(after(retired), first))).toBe('ENCRYPTION_KEY_RETIRED');
    expect(refusal(() => encryptedFor(after(retired), first))).toBe('ENCRYPTION_KEY_RETIRED');
    expect(refusal(() => retireKey(after(retired), { keyId: second, backups: 0 }))).toBe('ENCRYPTION_KEY_NOT_FOUND');
  });
});

describe('a policy that names a key', () => {
  const named = (policy: string, encryption: 'inherit' | EncryptionKeyId): NewEvent => ({
    stream: `policy:${policy}`,
    type: 'PolicyChanged',
    data: { policyId: policy as PolicyId, deploymentId, name: 'daily', ...settings, encryption },
  });
  const off: NewEvent = { stream, type: 'EncryptionDefaultChanged', data: { keyId: null, name: null } };

  it('keeps the key until it names another one or goes', () => {
    const naming = [...on, off, named(policyId, first)];
    const retire = (...more: NewEvent[]) =>
      refusal(() => retireKey(after([...naming, ...more]), { keyId: first, backups: 0 }));
    expect(retire()).toBe('ENCRYPTION_KEY_IN_USE');
    expect(retire(named(id(77), 'inherit'))).toBe('ENCRYPTION_KEY_IN_USE');
    expect(retire(named(policyId, 'inherit'))).toBe('accepted');
    const data = { deploymentId, policyIds: [policyId] };
    expect(retire({ stream: `deployment:${deploymentId}`, type: 'DeploymentRemoved', data })).toBe('accepted');
  });
});

describe('the recovery kit', () => {
  it('is the newest one, and is confirmed once', () => {
    expect(confirmKit(after(issued), kit)).toStrictEqual(confirmed.slice(-1));
    expect(confirmKit(after(confirmed), kit)).toStrictEqual([]);
    expect(refusal(() => confirmKit(after(issued), newerKit))).toBe('RECOVERY_KIT_NOT_FOUND');
    expect(refusal(() => confirmKit(after(created), kit))).toBe('RECOVERY_KIT_NOT_FOUND');
  });

  it('holds keys that are there', () => {
    const data = { kitId: kit, codeRef: id(51) };
    expect(refusal(() => issueKit(undefined, { ...data, keyIds: [] }))).toBe('ENCRYPTION_KEY_MISSING');
    expect(refusal(() => issueKit(after(created), { ...data, keyIds: [second] }))).toBe('ENCRYPTION_KEY_NOT_FOUND');
  });
});

describe('a backup is encrypted', () => {
  it('as the default says, as the policy says, or not at all', () => {
    expect(names([], 'inherit')).toStrictEqual([]);
    expect(names(confirmed, 'inherit')).toStrictEqual([]);
    expect(names(on, 'inherit')).toStrictEqual(['main']);
    expect(names(on, 'off')).toStrictEqual([]);
    expect(names(confirmed, first)).toStrictEqual(['main']);
  });

  it('for everybody who keeps a key elsewhere too, and never for them alone', () => {
    const added: NewEvent[] = [...on, { stream, type: 'EncryptionRecipientAdded', data: events.external }];
    expect(names(added, 'inherit')).toStrictEqual(['main', 'auditor']);
    expect(names(added, 'off')).toStrictEqual([]);
    const removed = [...added, ...removeRecipient(after(added), external)];
    expect(names(removed, 'inherit')).toStrictEqual(['main']);
    expect(refusal(() => removeRecipient(after(removed), external))).toBe('ENCRYPTION_KEY_NOT_FOUND');
  });
});
