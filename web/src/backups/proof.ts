// How far a backup is proven. Pure.
import type { Backup } from '@holdfast/shared/backup';

/** `damaged`: it was completed, and read again since without being found whole. */
export type Proof = 'none' | 'verified' | 'damaged';

export function proofOf({ status, verifiedAt, error }: Pick<Backup, 'status' | 'verifiedAt' | 'error'>): Proof {
  if (status !== 'completed') return 'none';
  if (error !== null) return 'damaged';
  return verifiedAt === null ? 'none' : 'verified';
}
