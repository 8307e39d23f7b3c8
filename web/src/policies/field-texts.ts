// What stands below a field of the policy form.
import { useI18n } from '../i18n/i18n-context.tsx';
import type { PolicyField } from './policy-draft.ts';
import type { PolicyFormState } from './policy-form.tsx';

/** The value that is saved, when it differs; what is wrong. */
export function createFieldTexts(form: PolicyFormState) {
  const { t } = useI18n();
  return {
    was: (field: PolicyField) =>
      form.changed().includes(field) ? t('policies.was', String(form.saved()[field])) : null,
    problem: (field: PolicyField, text: string) => (form.invalid().includes(field) ? text : null),
  };
}
