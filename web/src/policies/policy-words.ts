import type { PolicySettings } from '@holdfast/shared/policy';
import type { I18n } from '../i18n/i18n-context.tsx';

/** A policy in one line: "daily at 02:00, Europe/Paris, the newest 7". */
export function policyWords(t: I18n['t'], policy: PolicySettings): string {
  if (!policy.enabled) return t('policies.isOff');
  return t('policies.inWords', hourText(policy.scheduledHour), policy.timezone, policy.retentionCount);
}

/** The limits in one line: "1 d at most, 10 min without a byte". */
export function limitWords(
  t: I18n['t'],
  limits: Pick<PolicySettings, 'timeLimitMinutes' | 'stallLimitMinutes'>,
): string {
  return t('policies.limitsInWords', limits.timeLimitMinutes, limits.stallLimitMinutes);
}

/** What differs from the usual impact, in one line; null when nothing does. */
export function impactWords(t: I18n['t'], settings: PolicySettings): string | null {
  const { verifyAfterBackup, readPreference, parallelCollections, bandwidthLimitBytesPerSecond } = settings;
  const words = [
    ...(settings.usersAndRoles ? [t('policies.withUsers')] : []),
    ...(settings.restoreTestEvery === null ? [] : [t('policies.tested', settings.restoreTestEvery)]),
    ...(verifyAfterBackup ? [] : [t('policies.notVerified')]),
    ...(readPreference === null ? [] : [t('policies.readsFrom', readPreference)]),
    ...(parallelCollections === defaultParallel ? [] : [t('policies.atOnce', parallelCollections)]),
    ...(bandwidthLimitBytesPerSecond === null ? [] : [t('policies.atMost', bandwidthLimitBytesPerSecond)]),
  ];
  return words.length === 0 ? null : words.join(', ');
}

/** That of `shared/policy`; a test holds the two together. */
export const defaultParallel = 4;

/** "02:00" for 2. */
export function hourText(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`;
}

/** Those of `shared/policy`; a test holds the two together. */
export const defaultLimits = { timeLimitMinutes: 1_440, stallLimitMinutes: 10 } as const;

/** The limits that an event sets, in milliseconds: all, then without a byte. null while they are the defaults. */
export function changedLimits(limits: {
  timeLimitMinutes?: number | undefined;
  stallLimitMinutes?: number | undefined;
}): readonly [timeLimitMs: number, stallLimitMs: number] | null {
  const { timeLimitMinutes, stallLimitMinutes } = defaultLimits;
  const all = limits.timeLimitMinutes ?? timeLimitMinutes;
  const still = limits.stallLimitMinutes ?? stallLimitMinutes;
  return all === timeLimitMinutes && still === stallLimitMinutes ? null : [all * 60_000, still * 60_000];
}
