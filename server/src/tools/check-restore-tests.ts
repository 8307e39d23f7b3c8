import type { FailedRestoreTest, RestoreTestsState } from '@holdfast/shared/restore-test';
import type { DoctorCheck } from './doctor.ts';

const titled = { id: 'restore-tests', title: 'Restore tests' } as const;

/** What the state means. Pure. */
export function restoreTestsCheck(state: RestoreTestsState): DoctorCheck {
  const { completed, tested, failedTotal, notMadeTotal, overdue, versions } = state;
  const found = [
    `${tested} of ${completed} backups restore-tested`,
    ...(versions === null ? [] : [`mongod at hand: ${versions.join(', ') || 'none'}`]),
  ].join('; ');
  if (failedTotal + notMadeTotal > 0) {
    const { words, advice } = failures(state);
    const status = failedTotal > 0 ? 'failed' : 'warning';
    return { ...titled, status, found: `${words.join('; ')}; ${found}`, advice: advice.join(' ') };
  }
  if (overdue.length > 0) {
    const names = overdue.map(({ deploymentName, testedAt }) => `${deploymentName} (${testedAt ?? 'never'})`);
    return {
      ...titled,
      status: 'warning',
      found: `not tested for long: ${names.join(', ')}; ${found}`,
      advice:
        'See on the page of the deployment why its tests were skipped. Give the schedule more minutes ' +
        '(`holdfast restore-tests set --minutes-per-day`), or put a mongod of the right version at hand (docs/restore-tests.md).',
    };
  }
  return { ...titled, status: 'ok', found, advice: null };
}

/** A test that could not be made says nothing about its backup: nobody is told to delete that. */
function failures({ failed, failedTotal, notMade, notMadeTotal }: RestoreTestsState) {
  const words: string[] = [];
  const advice: string[] = [];
  if (failedTotal > 0) {
    words.push(`${failedTotal} did not come back whole: ${namesOf(failed)}`);
    advice.push(
      'See on the page of the backup what differed. Take a new backup and test that one; then delete the one that did not come back whole.',
    );
  }
  if (notMadeTotal > 0) {
    words.push(`${notMadeTotal} could not be tested: ${namesOf(notMade)}`);
    advice.push(
      'Nothing is known to be wrong with a backup that could not be tested: keep it. See on its page what stood in the way, mend that, and test it again (`holdfast restore-test BACKUP`).',
    );
  }
  return { words, advice };
}

function namesOf(backups: readonly FailedRestoreTest[]): string {
  return backups
    .slice(0, 5)
    .map(({ deploymentName, createdAt }) => `${deploymentName} of ${createdAt}`)
    .join(', ');
}
