import type { EncryptionKey, EncryptionRecipient, EncryptionStatus } from '@holdfast/shared/encryption';
import { formatCount } from './quantities.ts';
import { type Column, facts, table } from './table.ts';
import { formatTime } from './times.ts';

/** Whether backups are encrypted, for whom, and how the recovery kit stands. */
export function describeEncryption(status: EncryptionStatus): string {
  const { keys, recipients, defaultKeyId } = status;
  const active = keys.find(({ id }) => id === defaultKeyId);
  const head = facts([
    [
      'New backups',
      active === undefined ? 'not encrypted, unless their policy says so' : `encrypted for ${active.name}`,
    ],
    ['Recovery kit', kitWords(status)],
  ]);
  const empty = 'There is no key yet. Make one: holdfast keys create NAME';
  const others =
    recipients.length === 0 ? [] : ['', 'Encrypted for these too:', table(recipients, recipientColumns, '')];
  return [head, '', table(keys, keyColumns, empty), ...others].join('\n');
}

function kitWords({ kit, kitIsCurrent, keys }: EncryptionStatus): string {
  if (keys.length === 0) return 'none yet';
  const missing = keys.filter(({ inKit, status }) => !inKit && status !== 'retired').map(({ name }) => name);
  const unconfirmed = kit !== null && kit.confirmedAt === null ? `; its code was not entered yet` : '';
  const issued = kit === null ? 'none yet' : `issued ${formatTime(kit.issuedAt)}${unconfirmed}`;
  return kitIsCurrent
    ? `confirmed; the newest was ${issued}`
    : `${issued}. No confirmed kit holds ${missing.join(', ')}`;
}

const keyColumns: Column<EncryptionKey>[] = [
  { title: 'key', value: ({ name }) => name },
  { title: 'state', value: ({ status }) => status },
  { title: 'in a kit', value: ({ inKit }) => (inKit ? 'yes' : 'NO') },
  { title: 'backups', value: ({ backups }) => formatCount(backups), align: 'right' },
  { title: 'policies', value: ({ policies }) => formatCount(policies), align: 'right' },
  { title: 'created', value: ({ createdAt }) => formatTime(createdAt) },
  { title: 'public key', value: ({ recipient }) => recipient },
];

const recipientColumns: Column<EncryptionRecipient>[] = [
  { title: 'name', value: ({ name }) => name },
  { title: 'added', value: ({ addedAt }) => formatTime(addedAt) },
  { title: 'public key', value: ({ recipient }) => recipient },
];
