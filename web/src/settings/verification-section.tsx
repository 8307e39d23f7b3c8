// How far the backups are verified, and how the scrub goes over them.
import type { ScrubSettings, VerificationState } from '@holdfast/shared/verification';
import { useMutation, useQuery, useQueryClient } from '@tanstack/solid-query';
import { Show } from 'solid-js';
import { Bones } from '../controls/bones.tsx';
import { TextField } from '../controls/field.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';
import { Section } from '../shell/page.tsx';
import { isScrubDraft, type ScrubDraft, scrubRanges, toScrub, toScrubDraft } from './scrub-draft.ts';
import { SettingsForm } from './settings-form.tsx';

/** Readings are no events: they are asked for while somebody looks. */
const askEveryMs = 5_000;

export function VerificationSection() {
  const { t } = useI18n();
  const api = useApi();
  const state = useQuery(() => ({ ...api.verification.state.query(), refetchInterval: askEveryMs }));
  return (
    <Section id="verification" title={t('settings.verification')} note={t('verification.note')}>
      <RefusalNote error={state.error} />
      <Show when={state.data} fallback={<Bones lines={4} />}>
        {(known) => (
          <>
            <StateFacts state={known()} />
            <ScrubForm saved={known().scrub} />
          </>
        )}
      </Show>
    </Section>
  );
}

function StateFacts(props: { state: VerificationState }) {
  const { t, f } = useI18n();
  const near = (at: string | null) => (at === null ? t('common.never') : f.near(at, now()));
  return (
    <dl class="facts">
      <dt>{t('verification.verified')}</dt>
      <dd>{t('verification.verifiedOf', props.state.verified, props.state.completed)}</dd>
      <dt>{t('verification.failed')}</dt>
      <dd>{props.state.failedTotal === 0 ? t('common.none') : f.count(props.state.failedTotal)}</dd>
      <dt>{t('verification.oldest')}</dt>
      <dd>
        {props.state.neverChecked > 0
          ? t('verification.neverRead', props.state.neverChecked)
          : near(props.state.oldestCheckAt)}
      </dd>
      <dt>{t('verification.due')}</dt>
      <dd>{t('verification.dueText', props.state.due, props.state.dueBytes)}</dd>
      <dt>{t('verification.lastScrub')}</dt>
      <dd>{near(props.state.lastScrubAt)}</dd>
      <Show when={props.state.running.length > 0}>
        <dt>{t('verification.now')}</dt>
        <dd>{f.list(props.state.running.map(({ deploymentName }) => deploymentName))}</dd>
      </Show>
    </dl>
  );
}

function ScrubForm(props: { saved: ScrubSettings }) {
  const { t } = useI18n();
  const api = useApi();
  const queryClient = useQueryClient();
  const save = useMutation(() => ({
    ...api.verification.set.mutation(),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: api.verification.state.key() }),
  }));
  return (
    <SettingsForm
      saved={toScrubDraft(props.saved)}
      isValid={isScrubDraft}
      toSettings={toScrub}
      save={save}
      done={t('verification.saved')}
    >
      {(draft, edit) => <ScrubFields draft={draft()} onEdit={edit} />}
    </SettingsForm>
  );
}

function ScrubFields(props: { draft: ScrubDraft; onEdit: (change: Partial<ScrubDraft>) => void }) {
  const { t } = useI18n();
  const { days, rate } = scrubRanges;
  return (
    <div class="fields policy-fields">
      <div class="field">
        <span class="label">{t('verification.scrub')}</span>
        <label class="check">
          <input
            type="checkbox"
            checked={props.draft.enabled}
            onChange={(event) => props.onEdit({ enabled: event.currentTarget.checked })}
          />
          {t('verification.enabled')}
        </label>
      </div>
      <TextField
        label={t('verification.everyDays')}
        hint={t('verification.everyDaysHint', days.min, days.max)}
        value={props.draft.days}
        error={
          isScrubDraft({ ...props.draft, rate: '' }) ? null : t('verification.everyDaysProblem', days.min, days.max)
        }
        onInput={(value) => props.onEdit({ days: value })}
        inputMode="numeric"
      />
      <TextField
        label={t('verification.rate')}
        hint={t('verification.rateHint')}
        value={props.draft.rate}
        error={isScrubDraft({ ...props.draft, days: '1' }) ? null : t('verification.rateProblem', rate.min, rate.max)}
        onInput={(value) => props.onEdit({ rate: value })}
        inputMode="numeric"
      />
    </div>
  );
}
