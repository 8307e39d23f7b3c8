import type { PolicySettings } from '@holdfast/shared/policy';
import type { I18n } from '../i18n/i18n-context.tsx';

/** A policy in one line: "daily at 02:00, Europe/Paris, the newest 7". */
export function policyWords(t: I18n['t'], policy: PolicySettings): string {
  if (!policy.enabled) return t('policies.isOff');
  return t('policies.inWords', hourText(policy.scheduledHour), policy.timezone, policy.retentionCount);
}

/** "02:00" for 2. */
export function hourText(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`;
}
