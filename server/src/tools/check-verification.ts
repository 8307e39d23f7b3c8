import type { VerificationState } from '@holdfast/shared/verification';
import type { DoctorCheck } from './doctor.ts';

const titled = { id: 'verification', title: 'Verification' } as const;
const dayMs = 24 * 3_600_000;

/** Whether completed backups were read again and found whole, and whether the scrub keeps up. Throws what `state` throws. */
export async function checkVerification(
  state: () => Promise<VerificationState>,
  now: () => number,
): Promise<DoctorCheck> {
  return verificationCheck(await state(), now());
}

/** What the state means. Pure. */
export function verificationCheck(state: VerificationState, now: number): DoctorCheck {
  const { completed, verified, failed, failedTotal, scrub, lastScrubAt, due } = state;
  const found = [
    `${verified} of ${completed} backups verified`,
    `the longest not read: ${oldest(state, now)}`,
    `last scrub: ${lastScrubAt ?? 'never'}`,
    `${due} waiting`,
  ].join('; ');
  if (failedTotal > 0) {
    const names = failed.slice(0, 5).map(({ deploymentName, createdAt }) => `${deploymentName} of ${createdAt}`);
    return {
      ...titled,
      status: 'failed',
      found: `${failedTotal} did not pass: ${names.join(', ')}; ${found}`,
      advice: 'Do not rely on them. Take a new backup, check the disk that they lie on, then delete them.',
    };
  }
  if (!scrub.enabled) {
    const advice = 'Archives rot unseen. Switch the scrub on: `holdfast scrub set --on`.';
    return { ...titled, status: 'warning', found: `${found}; the scrub is off`, advice };
  }
  if (isBehind(state, now)) {
    return {
      ...titled,
      status: 'warning',
      found,
      advice:
        'The scrub does not keep up: raise its limit (`holdfast scrub set --bandwidth-limit`) or its days (`--every-days`), ' +
        'and see that a server runs and reaches the destination.',
    };
  }
  return { ...titled, status: 'ok', found, advice: null };
}

function oldest({ completed, neverChecked, oldestCheckAt }: VerificationState, now: number): string {
  if (completed === 0) return 'none is there';
  if (neverChecked > 0) return `${neverChecked} never`;
  return oldestCheckAt === null ? 'never' : `${Math.floor((now - Date.parse(oldestCheckAt)) / dayMs)} days`;
}

/** An archive waits for longer than half of what may pass between two readings. */
function isBehind({ oldestCheckAt, scrub }: VerificationState, now: number): boolean {
  return oldestCheckAt !== null && now - Date.parse(oldestCheckAt) > 1.5 * scrub.everyDays * dayMs;
}
