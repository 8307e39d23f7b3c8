// How many backups were restored and compared, and how they are tested by a schedule.
import type { RestoreTestSettings, RestoreTestsState } from '@holdfast/shared/restore-test';
import { useMutation, useQuery, useQueryClient } from '@tanstack/solid-query';
import { For, Show } from 'solid-js';
import { Bones } from '../controls/bones.tsx';
import { Field, TextField } from '../controls/field.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';
import { Section } from '../shell/page.tsx';
import {
  isTestsDraft,
  type RestoreTestsDraft,
  restoreTestRanges,
  toTests,
  toTestsDraft,
} from './restore-tests-draft.ts';
import { SettingsForm } from './settings-form.tsx';

/** Tests under way are no events: they are asked for while somebody looks. */
const askEveryMs = 5_000;

export function RestoreTestsSection() {
  const { t } = useI18n();
  const api = useApi();
  const state = useQuery(() => ({ ...api.restoreTests.state.query(), refetchInterval: askEveryMs }));
  return (
    <Section id="restoreTests" title={t('settings.restoreTests')} note={t('restoreTests.note')}>
      <RefusalNote error={state.error} />
      <Show when={state.data} fallback={<Bones lines={4} />}>
        {(known) => (
          <>
            <StateFacts state={known()} />
            <TestsForm saved={known().settings} />
          </>
        )}
      </Show>
    </Section>
  );
}

function StateFacts(props: { state: RestoreTestsState }) {
  const { t, f } = useI18n();
  return (
    <dl class="facts">
      <dt>{t('restoreTests.tested')}</dt>
      <dd>{t('verification.verifiedOf', props.state.tested, props.state.completed)}</dd>
      <dt>{t('restoreTests.failed')}</dt>
      <dd>{props.state.failedTotal === 0 ? t('restoreTests.noFailures') : f.count(props.state.failedTotal)}</dd>
      <Show when={props.state.notMadeTotal > 0}>
        <dt>{t('restoreTests.notMade')}</dt>
        <dd>{f.count(props.state.notMadeTotal)}</dd>
      </Show>
      <dt>{t('restoreTests.spent')}</dt>
      <dd>{t('restoreTests.spentOf', props.state.spentMs, props.state.settings.minutesPerDay)}</dd>
      <dt>{t('restoreTests.versions')}</dt>
      <dd>
        <Show when={props.state.versions?.length} fallback={t('common.none')}>
          {f.list((props.state.versions ?? []).map((version) => `MongoDB ${version}`))}
        </Show>
      </dd>
      <Show when={props.state.overdue.length > 0}>
        <dt>{t('restoreTests.overdue')}</dt>
        <dd>
          {f.list(
            props.state.overdue.map(({ deploymentName, testedAt }) =>
              t('restoreTests.overdueOne', deploymentName, testedAt === null ? null : f.near(testedAt, now())),
            ),
          )}
        </dd>
      </Show>
      <Show when={props.state.running.length > 0}>
        <dt>{t('restoreTests.now')}</dt>
        <dd>
          <For each={props.state.running}>
            {({ backupId, deploymentName }) => <a href={`/backups/${backupId}`}>{deploymentName}</a>}
          </For>
        </dd>
      </Show>
    </dl>
  );
}

function TestsForm(props: { saved: RestoreTestSettings }) {
  const { t } = useI18n();
  const api = useApi();
  const queryClient = useQueryClient();
  const save = useMutation(() => ({
    ...api.restoreTests.set.mutation(),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: api.restoreTests.state.key() }),
  }));
  return (
    <SettingsForm
      saved={toTestsDraft(props.saved)}
      isValid={isTestsDraft}
      toSettings={toTests}
      save={save}
      done={t('restoreTests.saved')}
    >
      {(draft, edit) => <TestsFields draft={draft()} onEdit={edit} />}
    </SettingsForm>
  );
}

interface FieldsProps {
  draft: RestoreTestsDraft;
  onEdit: (change: Partial<RestoreTestsDraft>) => void;
}

function TestsFields(props: FieldsProps) {
  const { t } = useI18n();
  const { days, minutes } = restoreTestRanges;
  return (
    <div class="fields policy-fields">
      <div class="field">
        <span class="label">{t('restoreTests.schedule')}</span>
        <label class="check">
          <input
            type="checkbox"
            checked={props.draft.enabled}
            onChange={(event) => props.onEdit({ enabled: event.currentTarget.checked })}
          />
          {t('restoreTests.enabled')}
        </label>
      </div>
      <TextField
        label={t('restoreTests.everyDays')}
        hint={t('verification.everyDaysHint', days.min, days.max)}
        value={props.draft.days}
        error={
          isTestsDraft({ ...props.draft, minutes: '1' }) ? null : t('verification.everyDaysProblem', days.min, days.max)
        }
        onInput={(value) => props.onEdit({ days: value })}
        inputMode="numeric"
      />
      <TextField
        label={t('restoreTests.minutes')}
        hint={t('restoreTests.minutesHint', minutes.min, minutes.max)}
        value={props.draft.minutes}
        error={
          isTestsDraft({ ...props.draft, days: '1' })
            ? null
            : t('restoreTests.minutesProblem', minutes.min, minutes.max)
        }
        onInput={(value) => props.onEdit({ minutes: value })}
        inputMode="numeric"
      />
      <SetAsideField {...props} />
    </div>
  );
}

function SetAsideField(props: FieldsProps) {
  const { t } = useI18n();
  const api = useApi();
  const deployments = useQuery(() => api.deployments.list.query());
  return (
    <Field label={t('restoreTests.setAside')} hint={t('restoreTests.setAsideHint')}>
      {(ids) => (
        <select
          class="input"
          id={ids.id}
          aria-describedby={ids.describedBy}
          onChange={(event) => props.onEdit({ setAside: event.currentTarget.value })}
        >
          <option value="" selected={props.draft.setAside === ''}>
            {t('restoreTests.noDeployment')}
          </option>
          <For each={deployments.data}>
            {({ id, name }) => (
              <option value={id} selected={id === props.draft.setAside}>
                {name}
              </option>
            )}
          </For>
        </select>
      )}
    </Field>
  );
}
