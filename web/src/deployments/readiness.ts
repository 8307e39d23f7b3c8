// Whether a deployment is safe, from its policy and its latest backups. Pure: the overview says it in words.
import type { Backup } from '@holdfast/shared/backup';
import type { Policy } from '@holdfast/shared/policy';
import { type Proof, type Proven, proofOf } from '../backups/proof.ts';
import type { MarkName, Tone } from '../marks/mark.tsx';

/**
 * - `failed`: the newest attempt failed, whatever older backups there are;
 * - `empty`: there is nothing to go back to yet;
 * - `late`: the policy is on and the newest good backup is older than a day and two hours;
 * - `tested`, `verified`, `written`: all is well, and how far the newest good backup is proven;
 * - `paused`: the policy is off.
 */
export type ReadinessState = 'failed' | 'unreliable' | 'empty' | 'late' | 'tested' | 'verified' | 'written' | 'paused';

export interface Readiness {
  readonly state: ReadinessState;
  /** The newest backup that can be restored. */
  readonly lastGood: Backup | null;
  /** The newest attempt, when it failed, or what it made cannot be relied on any more. */
  readonly failure: Backup | null;
}

const lateAfterMs = 26 * 3_600_000;
const ended: readonly Backup['status'][] = ['completed', 'failed', 'missing'];

/** A backup that can be restored: completed, and not found damaged or different since. */
export function isGood(backup: Proven): boolean {
  const proof = proofOf(backup);
  return backup.status === 'completed' && proof !== 'damaged' && proof !== 'unrestorable';
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
  if (failure) return failure.status === 'failed' ? 'failed' : 'unreliable';
  if (!policy?.enabled && lastGood) return 'paused';
  if (!lastGood) return 'empty';
  if (policy?.enabled && now - Date.parse(lastGood.createdAt) > lateAfterMs) return 'late';
  const proof = proofOf(lastGood);
  return proof === 'tested' || proof === 'verified' ? proof : 'written';
}

/** The states in which somebody should look. */
export function needsSomebody(state: ReadinessState): boolean {
  return state === 'failed' || state === 'unreliable' || state === 'empty' || state === 'late';
}

/** The states in which all is well, however far the newest good backup is proven. */
export function isReady(state: ReadinessState): boolean {
  return state === 'tested' || state === 'verified' || state === 'written';
}

const looks: Record<ReadinessState, { mark: MarkName; tone: Tone | undefined }> = {
  failed: { mark: 'danger', tone: 'danger' },
  unreliable: { mark: 'danger', tone: 'danger' },
  empty: { mark: 'attention', tone: 'attention' },
  late: { mark: 'attention', tone: 'attention' },
  tested: { mark: 'tested', tone: 'safe' },
  verified: { mark: 'verified', tone: 'safe' },
  written: { mark: 'written', tone: 'safe' },
  paused: { mark: 'paused', tone: 'off' },
};

/** Mark and hue of a state. Green stands for what is proven: written whole, verified, or restored and compared. */
export function lookOf(state: ReadinessState): { mark: MarkName; tone: Tone | undefined } {
  return looks[state];
}

const proofLooks: Record<Proof, { mark: MarkName; tone: Tone | undefined }> = {
  none: looks.written,
  verified: looks.verified,
  tested: looks.tested,
  damaged: looks.failed,
  unrestorable: looks.failed,
};

/** The look of one backup: its proof when it is good, its state otherwise. */
export function backupLook(backup: Proven): {
  mark: MarkName;
  tone: Tone | undefined;
} {
  switch (backup.status) {
    case 'completed':
      return proofLooks[proofOf(backup)];
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
