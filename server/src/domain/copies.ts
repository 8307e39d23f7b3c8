// The copies of one backup's archive: the one that it was written to first, and those that followed. Pure.
//
// (none) | failed | missing --Copied--> stored --CopyMissing--> missing     (the last one: the backup itself is missing)
// (none) | missing | failed --CopyFailed--> failed
import { AppError } from '@holdfast/shared/errors';
import type { LedgerEvent, NewEvent } from '@holdfast/shared/events';
import type { Failure, FailureReason } from '@holdfast/shared/failures';
import type { BackupId, DestinationId } from '@holdfast/shared/ids';
import type { BackupState } from './backup.ts';

/** What is known of the archive at one destination. */
export interface CopyState {
  readonly destinationId: DestinationId;
  readonly key: string;
  readonly state: 'stored' | 'missing' | 'failed';
  /** Why it failed last. */
  readonly reason?: FailureReason;
}

interface Place {
  readonly backupId: BackupId;
  readonly destination: { readonly id: DestinationId; readonly name: string };
}

type Copied = Pick<BackupState, 'sealed' | 'copies'>;

/** Every destination that had, has or was to have the archive; the one that it was written to first is the first. */
export function copiesOf({ sealed, copies }: Copied): readonly CopyState[] {
  if (sealed === null) return [];
  const { destinationId, key } = sealed;
  return copies ?? [{ destinationId, key, state: 'stored' }];
}

/** The copies that are there, as far as the ledger knows. */
export function storedCopies(state: Copied): readonly CopyState[] {
  return copiesOf(state).filter((copy) => copy.state === 'stored');
}

/** A copy was made and compared; one that is known appends nothing. Raises BACKUP_NOT_RESTORABLE when it is not completed any more. */
export function recordCopy(
  state: BackupState | undefined,
  { backupId, destination, key, sizeBytes }: Place & { readonly key: string; readonly sizeBytes: number },
): NewEvent[] {
  const kept = requireKept(state, backupId);
  const { deploymentId } = kept;
  if (standingOf(kept, destination.id)?.state === 'stored') return [];
  const of = { backupId, deploymentId, destinationId: destination.id, destinationName: destination.name };
  return [{ stream: `backup:${backupId}`, type: 'BackupCopied', data: { ...of, key, sizeBytes } }];
}

/** A copy could not be made: appended when the reason is another one than the last time. Raises BACKUP_NOT_RESTORABLE. */
export function failCopy(
  state: BackupState | undefined,
  { backupId, destination, failure }: Place & { readonly failure: Failure },
): NewEvent[] {
  const kept = requireKept(state, backupId);
  const { deploymentId } = kept;
  const now = standingOf(kept, destination.id);
  if (now?.state === 'stored' || (now?.state === 'failed' && now.reason === failure.reason)) return [];
  const of = { backupId, deploymentId, destinationId: destination.id, destinationName: destination.name };
  return [{ stream: `backup:${backupId}`, type: 'BackupCopyFailed', data: { ...of, ...failure } }];
}

/**
 * The file is gone from one destination. While another of the `known` ones has it, it is that copy which is missing, else the
 * backup. Appends nothing for a copy that was not there, and for a backup that is not completed any more.
 */
export function missCopy(
  state: BackupState | undefined,
  { backupId, destination, known }: Place & { readonly known: readonly string[] },
): NewEvent[] {
  if (state?.status !== 'completed' || standingOf(state, destination.id)?.state !== 'stored') return [];
  const { deploymentId } = state;
  const destinationId = destination.id;
  const stream = `backup:${backupId}`;
  const others = storedCopies(state).filter((copy) => copy.destinationId !== destinationId);
  if (!others.some((copy) => known.includes(copy.destinationId)))
    return [{ stream, type: 'BackupMissing', data: { backupId, deploymentId, destinationId } }];
  const data = { backupId, deploymentId, destinationId, destinationName: destination.name };
  return [{ stream, type: 'BackupCopyMissing', data }];
}

/**
 * Where the archive should be and is not: at the destinations of its policy, or without such ones wherever it was before. Only
 * those that are known count.
 */
export function wantedCopies(
  state: Copied,
  policyDestinations: readonly DestinationId[],
  known: readonly string[],
): DestinationId[] {
  const wanted =
    policyDestinations.length > 0 ? policyDestinations : copiesOf(state).map(({ destinationId }) => destinationId);
  const stored = new Set(storedCopies(state).map(({ destinationId }) => destinationId));
  return wanted.filter((id) => known.includes(id) && !stored.has(id));
}

/** Whether a file that is found at a destination may become a copy of this completed backup: it has none there, and its hash is known. */
export function lacksCopyAt(state: BackupState | undefined, destinationId: string): boolean {
  if (state?.status !== 'completed' || state.sealed?.sha256 === undefined) return false;
  return standingOf(state, destinationId)?.state !== 'stored';
}

/** What an event makes of the copies; undefined while there is nothing but the first one. */
export function evolveCopies(state: BackupState, event: LedgerEvent): BackupState['copies'] {
  switch (event.type) {
    case 'BackupCopied': {
      const { destinationId, key } = event.data;
      return withCopy(state, { destinationId, key, state: 'stored' });
    }
    case 'BackupCopyFailed': {
      const { destinationId, reason } = event.data;
      return withCopy(state, { destinationId, key: state.sealed?.key ?? '', state: 'failed', reason });
    }
    case 'BackupCopyMissing':
    case 'BackupMissing': {
      const destinationId = event.data.destinationId ?? state.sealed?.destinationId;
      const known = destinationId === undefined ? undefined : standingOf(state, destinationId);
      return known ? withCopy(state, { ...known, state: 'missing' }) : state.copies;
    }
    default:
      return state.copies;
  }
}

/** With this one in its place, or at the end. */
export function withCopy(state: Copied, copy: CopyState): readonly CopyState[] {
  const copies = copiesOf(state);
  const isKnown = copies.some(({ destinationId }) => destinationId === copy.destinationId);
  return isKnown ? copies.map((one) => (one.destinationId === copy.destinationId ? copy : one)) : [...copies, copy];
}

function standingOf(state: Copied, id: string): CopyState | undefined {
  return copiesOf(state).find(({ destinationId }) => destinationId === id);
}

function requireKept(state: BackupState | undefined, id: BackupId): BackupState {
  if (state?.status === 'completed') return state;
  throw new AppError('BACKUP_NOT_RESTORABLE', { id, status: state?.status ?? 'unknown' });
}
