// Whether a deployment is safe, from its policy and its latest backups. Pure: the overview says it in words.
import type { Backup } from '@holdfast/shared/backup';
import type { Policy } from '@holdfast/shared/policy';
import type { MarkName, Tone } from '../marks/mark.tsx';

/**
 * - `failed`: the newest attempt failed, whatever older backups there are;
 * - `empty`: there is nothing to go back to yet;
 * - `late`: the policy is on and the newest good backup is older than a day and two hours;
 * - `verified`, `written`: all is well, and how far the newest good backup is proven;
 * - `paused`: the policy is off.
 */
export type ReadinessState = 'failed' | 'empty' | 'late' | 'verified' | 'written' | 'paused';

export interface Readiness {
  readonly state: ReadinessState;
  /** The newest backup that can be restored. */
  readonly lastGood: Backup | null;
  /** The newest attempt, when it failed. */
  readonly failure: Backup | null;
}

const lateAfterMs = 26 * 3_600_000;
const ended: readonly Backup['status'][] = ['completed', 'failed', 'missing'];

/** A backup that can be restored: completed, and not found damaged since. */
export function isGood(backup: Pick<Backup, 'status' | 'error'>): boolean {
  return backup.status === 'completed' && backup.error === null;
}

/** `backups` newest first; `now` in milliseconds since 1970. */
export function readinessOf(policy: Policy | undefined, backups: readonly Backup[], now: number): Readiness {
  const lastGood = backups.find(isGood) ?? null;
  const newest = backups.find((backup) => ended.includes(backup.status));
  const failure = newest && !isGood(newest) ? newest : null;
  return { state: stateOf(policy, lastGood, failure, now), lastGood, failure };
}

function stateOf(
  policy: Policy | undefined,
  lastGood: Backup | null,
  failure: Backup | null,
  now: number,
): ReadinessState {
  if (failure) return 'failed';
  if (!policy?.enabled && lastGood) return 'paused';
  if (!lastGood) return 'empty';
  if (policy?.enabled && now - Date.parse(lastGood.createdAt) > lateAfterMs) return 'late';
  return lastGood.verifiedAt ? 'verified' : 'written';
}

/** The states in which somebody should look. */
export function needsSomebody(state: ReadinessState): boolean {
  return state === 'failed' || state === 'empty' || state === 'late';
}

const looks: Record<ReadinessState, { mark: MarkName; tone: Tone | undefined }> = {
  failed: { mark: 'danger', tone: 'danger' },
  empty: { mark: 'attention', tone: 'attention' },
  late: { mark: 'attention', tone: 'attention' },
  verified: { mark: 'verified', tone: 'safe' },
  written: { mark: 'written', tone: 'safe' },
  paused: { mark: 'paused', tone: 'off' },
};

/** Mark and hue of a state. Green stands for what is proven: written whole, or verified. */
export function lookOf(state: ReadinessState): { mark: MarkName; tone: Tone | undefined } {
  return looks[state];
}

/** The look of one backup: its proof when it is good, its state otherwise. */
export function backupLook(backup: Pick<Backup, 'status' | 'verifiedAt' | 'error'>): {
  mark: MarkName;
  tone: Tone | undefined;
} {
  switch (backup.status) {
    case 'completed':
      if (backup.error) return looks.failed;
      return backup.verifiedAt ? looks.verified : looks.written;
    case 'failed':
    case 'missing':
      return looks.failed;
    case 'requested':
    case 'running':
    case 'sealed':
      return { mark: 'running', tone: 'running' };
    case 'cancelled':
      return { mark: 'paused', tone: 'off' };
    case 'expired':
    case 'deleted':
      return { mark: 'link', tone: undefined };
  }
}
