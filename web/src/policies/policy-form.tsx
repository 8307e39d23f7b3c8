// The form with its limits, the runs it would lead to, and a foot that keeps the consequence beside the button.
import type { Policy, PolicySettings } from '@holdfast/shared/policy';
import { useMutation, useQueryClient } from '@tanstack/solid-query';
import { createMemo, createSignal, Show } from 'solid-js';
import { TextField } from '../controls/field.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { useToast } from '../controls/toasts.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Section } from '../shell/page.tsx';
import { DestinationsField } from './destinations-field.tsx';
import { EncryptionField } from './encryption-field.tsx';
import { createFieldTexts } from './field-texts.ts';
import { ImpactFields } from './impact-fields.tsx';
import { NextRuns } from './next-runs.tsx';
import {
  changedFields,
  hourRange,
  invalidFields,
  type PolicyDraft,
  type PolicyField,
  retentionRange,
  stallLimitRange,
  testEveryRange,
  timeLimitRange,
  toDraft,
  toSettings,
} from './policy-draft.ts';
import { PolicyFoot } from './policy-foot.tsx';
import { TimezoneField } from './timezone-field.tsx';

export interface PolicyFormState {
  readonly draft: () => PolicyDraft;
  readonly saved: () => PolicyDraft;
  readonly changed: () => PolicyField[];
  readonly invalid: () => PolicyField[];
  readonly settings: () => PolicySettings | null;
  /** What the runs depend on: the settings whatever is typed below the schedule. */
  readonly schedule: () => PolicySettings | null;
  edit(change: Partial<PolicyDraft>): void;
  discard(): void;
  save(): void;
  readonly isSaving: () => boolean;
  readonly error: () => unknown;
}

export function PolicyForm(props: { policy: Policy }) {
  const { t } = useI18n();
  const form = createPolicyForm(() => props.policy);
  return (
    <form
      novalidate
      onSubmit={(event) => {
        event.preventDefault();
        form.save();
      }}
    >
      <Section first title={t('policies.schedule')}>
        <PolicyFields form={form} />
        <NextRuns settings={form.schedule()} />
      </Section>
      <Section title={t('policies.limits')} note={t('policies.limitsNote')}>
        <LimitFields form={form} />
      </Section>
      <Section title={t('policies.impact')} note={t('policies.impactNote')}>
        <ImpactFields form={form} />
      </Section>
      <Section title={t('settings.destination')} note={t('destinations.policyNote')}>
        <DestinationsField form={form} />
      </Section>
      <Section title={t('policies.users')} note={t('policies.usersHint')}>
        <div class="fields">
          <CheckField form={form} field="users" label={t('policies.usersToo')} />
        </div>
      </Section>
      <Section title={t('settings.encryption')}>
        <EncryptionField form={form} />
      </Section>
      <RefusalNote error={form.error()} />
      <PolicyFoot form={form} policyId={props.policy.id} deploymentId={props.policy.deploymentId} />
    </form>
  );
}

function PolicyFields(props: { form: PolicyFormState }) {
  const { t } = useI18n();
  const { was, problem } = createFieldTexts(props.form);
  return (
    <div class="fields policy-fields">
      <CheckField form={props.form} field="enabled" title={t('policies.form')} label={t('policies.enabled')} />
      <TextField
        label={t('policies.hour')}
        hint={t('policies.hourHint', hourRange.min, hourRange.max)}
        value={props.form.draft().hour}
        was={was('hour')}
        error={problem('hour', t('policies.hourProblem', hourRange.min, hourRange.max))}
        onInput={(hour) => props.form.edit({ hour })}
        inputMode="numeric"
      />
      <TimezoneField
        value={props.form.draft().timezone}
        was={was('timezone')}
        onChange={(timezone) => props.form.edit({ timezone })}
      />
      <TextField
        label={t('policies.retention')}
        hint={t('policies.retentionHint', retentionRange.min, retentionRange.max)}
        value={props.form.draft().retention}
        was={was('retention')}
        error={problem('retention', t('policies.retentionProblem', retentionRange.min, retentionRange.max))}
        onInput={(retention) => props.form.edit({ retention })}
        inputMode="numeric"
      />
      <CheckField form={props.form} field="verify" title={t('policies.verification')} label={t('policies.verify')} />
      <TextField
        label={t('policies.testEvery')}
        hint={t('policies.testEveryHint', testEveryRange.min, testEveryRange.max)}
        value={props.form.draft().testEvery}
        was={was('testEvery')}
        error={problem('testEvery', t('policies.testEveryProblem', testEveryRange.min, testEveryRange.max))}
        onInput={(testEvery) => props.form.edit({ testEvery })}
        inputMode="numeric"
      />
    </div>
  );
}

function CheckField(props: {
  form: PolicyFormState;
  field: 'enabled' | 'verify' | 'users';
  title?: string;
  label: string;
}) {
  const { t } = useI18n();
  const isChanged = () => props.form.changed().includes(props.field);
  return (
    <div class="field" classList={{ changed: isChanged() }}>
      <Show when={props.title}>{(title) => <span class="label">{title()}</span>}</Show>
      <label class="check">
        <input
          type="checkbox"
          checked={props.form.draft()[props.field]}
          onChange={(event) => props.form.edit({ [props.field]: event.currentTarget.checked })}
        />
        {props.label}
      </label>
      <Show when={isChanged()}>
        <span class="hint">
          <b>{t('policies.was', t(props.form.saved()[props.field] ? 'policies.on' : 'policies.off'))}</b>
        </span>
      </Show>
    </div>
  );
}

function LimitFields(props: { form: PolicyFormState }) {
  const { t } = useI18n();
  const { was, problem } = createFieldTexts(props.form);
  return (
    <div class="fields policy-fields limits">
      <TextField
        label={t('policies.timeLimit')}
        hint={t('policies.timeLimitHint', timeLimitRange.min, timeLimitRange.max)}
        value={props.form.draft().timeLimit}
        was={was('timeLimit')}
        error={problem('timeLimit', t('policies.timeLimitProblem', timeLimitRange.min, timeLimitRange.max))}
        onInput={(timeLimit) => props.form.edit({ timeLimit })}
        inputMode="numeric"
      />
      <TextField
        label={t('policies.stallLimit')}
        hint={t('policies.stallLimitHint', stallLimitRange.min, stallLimitRange.max)}
        value={props.form.draft().stallLimit}
        was={was('stallLimit')}
        error={problem('stallLimit', t('policies.stallLimitProblem', stallLimitRange.min, stallLimitRange.max))}
        onInput={(stallLimit) => props.form.edit({ stallLimit })}
        inputMode="numeric"
      />
    </div>
  );
}

/** Edits lie over what is saved: a change that somebody else saves meanwhile shows in the untouched fields. */
function createPolicyForm(policy: () => Policy): PolicyFormState {
  const { t } = useI18n();
  const api = useApi();
  const toast = useToast();
  const queryClient = useQueryClient();
  const [edits, setEdits] = createSignal<Partial<PolicyDraft>>({});
  const saved = createMemo(() => toDraft(policy()));
  const draft = createMemo(() => ({ ...saved(), ...edits() }));
  const save = useMutation(() => ({
    ...api.policies.set.mutation(),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: api.policies.byId.key() });
      setEdits({});
      toast({ mark: 'ok', tone: 'safe', title: t('policies.saved') });
    },
  }));
  const settings = createMemo(() => toSettings(draft()));
  const schedule = createMemo(() => {
    const { enabled, hour, timezone, retention } = draft();
    return toSettings({ ...saved(), enabled, hour, timezone, retention });
  });
  return {
    draft,
    saved,
    changed: () => changedFields(draft(), saved()),
    invalid: () => invalidFields(draft()),
    settings,
    schedule,
    edit: (change) => setEdits((edited) => ({ ...edited, ...change })),
    discard: () => {
      setEdits({});
      save.reset();
    },
    save: () => {
      const next = settings();
      if (next) save.mutate({ id: policy().id, ...next });
    },
    isSaving: () => save.isPending,
    error: () => save.error,
  };
}
