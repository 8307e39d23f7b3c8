import type { RestoreTestsState } from '@holdfast/shared/restore-test';
import type { DoctorCheck } from './doctor.ts';

const titled = { id: 'restore-tests', title: 'Restore tests' } as const;

/** What the state means. Pure. */
export function restoreTestsCheck(state: RestoreTestsState): DoctorCheck {
  const { completed, tested, failed, failedTotal, overdue, versions } = state;
  const found = [
    `${tested} of ${completed} backups restore-tested`,
    ...(versions === null ? [] : [`mongod at hand: ${versions.join(', ') || 'none'}`]),
  ].join('; ');
  if (failedTotal > 0) {
    const names = failed.slice(0, 5).map(({ deploymentName, createdAt }) => `${deploymentName} of ${createdAt}`);
    return {
      ...titled,
      status: 'failed',
      found: `${failedTotal} did not pass: ${names.join(', ')}; ${found}`,
      advice:
        'See on the page of the backup what differed. Take a new backup and test that one; then delete the failed one.',
    };
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
