import type { EncryptionStatus } from '@holdfast/shared/encryption';
import type { DoctorCheck } from './doctor.ts';

const titled = { id: 'encryption', title: 'Encryption' } as const;

export interface EncryptionFinding {
  readonly status: Pick<EncryptionStatus, 'keys' | 'defaultKeyId'>;
  /** Names of keys that the master key does not open. */
  readonly unreadable: readonly string[];
}

/** Whether every key can be opened, and whether a confirmed recovery kit holds it. Pure. */
export function encryptionCheck({ status, unreadable }: EncryptionFinding): DoctorCheck {
  const kept = status.keys.filter((key) => key.status !== 'retired');
  const active = kept.find(({ id }) => id === status.defaultKeyId);
  const found = active === undefined ? 'new backups are not encrypted' : `new backups are encrypted for ${active.name}`;
  if (unreadable.length > 0) {
    const advice =
      'Start with the master key that sealed them (HOLDFAST_SECRET_KEY, or secret.key of the data folder).';
    return { ...titled, status: 'failed', found: `${unreadable.join(', ')} cannot be opened; ${found}`, advice };
  }
  const outside = kept.filter(({ inKit }) => !inKit).map(({ name }) => name);
  if (outside.length > 0) {
    const advice = 'Make one with `holdfast keys kit FILE` and enter its code with `holdfast keys confirm CODE`.';
    return {
      ...titled,
      status: 'warning',
      found: `no confirmed recovery kit holds ${outside.join(', ')}; ${found}`,
      advice,
    };
  }
  return { ...titled, status: 'ok', found, advice: null };
}
