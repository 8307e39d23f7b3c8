// What somebody chooses for a restore: where the data goes, what of it, and how. Rare choices are folded.
import type { Backup } from '@holdfast/shared/backup';
import { useQuery } from '@tanstack/solid-query';
import { createUniqueId, For, Show } from 'solid-js';
import { Field, TextField } from '../controls/field.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { NamespaceTree } from './namespace-tree.tsx';
import type { RestoreDraft } from './restore-draft.ts';
import { initialForm, restoreModes } from './restore-form.ts';

interface PartProps {
  draft: RestoreDraft;
  backup: Backup;
}

export function PlanForm(props: PartProps) {
  return (
    <div class="plan-form">
      <TargetChoice draft={props.draft} />
      <div class="fields">
        <DeploymentField draft={props.draft} backup={props.backup} />
        <Show when={props.draft.form().kind === 'copy'} fallback={<ModeField draft={props.draft} />}>
          <AffixFields draft={props.draft} />
        </Show>
      </div>
      <ScopeChoice draft={props.draft} backup={props.backup} />
      <MoreChoices draft={props.draft} backup={props.backup} />
    </div>
  );
}

function TargetChoice(props: { draft: RestoreDraft }) {
  const { t } = useI18n();
  const name = createUniqueId();
  return (
    <fieldset class="choice beside">
      <legend class="visually-hidden">{t('restorePlan.where')}</legend>
      <For each={['copy', 'original'] as const}>
        {(kind) => (
          <div>
            <label class="check">
              <input
                type="radio"
                name={name}
                checked={props.draft.form().kind === kind}
                onChange={() => props.draft.choose({ kind })}
              />
              <b>{t(`restores.target.${kind}`)}</b>
              <span class="sub">{t(`restorePlan.targetText.${kind}`)}</span>
            </label>
          </div>
        )}
      </For>
    </fieldset>
  );
}

/** Only where there is more than one deployment to choose from, or the backup's own is removed. */
function DeploymentField(props: PartProps) {
  const { t } = useI18n();
  const api = useApi();
  const deployments = useQuery(() => api.deployments.list.query());
  const others = () => deployments.data?.filter(({ id }) => id !== props.backup.deploymentId) ?? [];
  const isRemoved = () => props.draft.isRemoved();
  const problem = () =>
    props.draft.problems().noDeployment
      ? t(others().length > 0 ? 'restorePlan.chooseDeployment' : 'restorePlan.registerDeployment')
      : null;
  return (
    <Show when={others().length > 0 || isRemoved()}>
      <Field label={t('restorePlan.deployment')} error={problem()}>
        {(ids) => (
          <select
            class="input"
            id={ids.id}
            aria-describedby={ids.describedBy}
            aria-invalid={ids.invalid}
            onChange={(event) => props.draft.choose({ deploymentId: event.currentTarget.value || null })}
          >
            <option value="" selected={props.draft.form().deploymentId === null} disabled={isRemoved()}>
              {t(
                isRemoved() ? 'restorePlan.deploymentRemoved' : 'restorePlan.deploymentOwn',
                props.backup.deploymentName,
              )}
            </option>
            <For each={others()}>
              {(deployment) => (
                <option value={deployment.id} selected={props.draft.form().deploymentId === deployment.id}>
                  {deployment.name}
                </option>
              )}
            </For>
          </select>
        )}
      </Field>
    </Show>
  );
}

function AffixFields(props: { draft: RestoreDraft }) {
  const { t } = useI18n();
  /** What the server chose where nothing was typed. */
  const chosen = (which: 'prefix' | 'suffix') => {
    const target = props.draft.plan()?.target;
    return (target?.kind === 'copy' ? target[which] : undefined) ?? '';
  };
  return (
    <>
      <TextField
        label={t('restorePlan.prefix')}
        value={props.draft.form().prefix}
        placeholder={chosen('prefix')}
        error={props.draft.problems().prefix ? t('restorePlan.affixProblem') : null}
        onInput={(prefix) => props.draft.choose({ prefix })}
        code
      />
      <TextField
        label={t('restorePlan.suffix')}
        hint={t('restorePlan.affixHint')}
        value={props.draft.form().suffix}
        placeholder={chosen('suffix')}
        error={props.draft.problems().suffix ? t('restorePlan.affixProblem') : null}
        onInput={(suffix) => props.draft.choose({ suffix })}
        code
      />
    </>
  );
}

function ModeField(props: { draft: RestoreDraft }) {
  const { t } = useI18n();
  const name = createUniqueId();
  const mode = () => props.draft.form().mode;
  return (
    <fieldset class="field mode">
      <legend>{t('restorePlan.mode')}</legend>
      <div class="seg">
        <For each={restoreModes}>
          {(option) => (
            <label>
              <input
                class="visually-hidden"
                type="radio"
                name={name}
                checked={mode() === option}
                onChange={() => props.draft.choose({ mode: option })}
              />
              {t(`restorePlan.modeName.${option}`)}
            </label>
          )}
        </For>
      </div>
      <span class="hint" aria-live="polite">
        {t(`restorePlan.modeText.${mode()}`)}
      </span>
    </fieldset>
  );
}

function ScopeChoice(props: PartProps) {
  const { t } = useI18n();
  const name = createUniqueId();
  const isChosen = () => props.draft.form().scope === 'chosen';
  return (
    <div class="scope">
      <fieldset class="inline-choice">
        <legend>{t('restorePlan.scope')}</legend>
        <div>
          <For each={['everything', 'chosen'] as const}>
            {(scope) => (
              <label class="check">
                <input
                  type="radio"
                  name={name}
                  checked={props.draft.form().scope === scope}
                  onChange={() => props.draft.choose({ scope })}
                />
                {t(`restorePlan.scopeName.${scope}`)}
              </label>
            )}
          </For>
        </div>
      </fieldset>
      <Show when={isChosen()}>
        <NamespaceTree
          backupId={props.backup.id}
          choice={props.draft.form().choice}
          onChoose={(choice) => props.draft.choose({ choice })}
          problem={scopeProblem(t, props.draft)}
        />
      </Show>
    </div>
  );
}

function scopeProblem(t: ReturnType<typeof useI18n>['t'], draft: RestoreDraft): string | null {
  if (draft.problems().nothingChosen) return t('restorePlan.nothingChosen');
  return draft.problems().tooManyChosen ? t('restorePlan.tooManyChosen') : null;
}

function MoreChoices(props: PartProps) {
  const { t } = useI18n();
  const form = () => props.draft.form();
  const isInPlace = () => form().kind === 'original';
  // What differs from the usual must not hide behind the fold.
  const isUnusual = () =>
    form().ttlIndexes !== initialForm.ttlIndexes ||
    (isInPlace() &&
      (form().safetyBackup !== initialForm.safetyBackup ||
        form().usersAndRoles ||
        form().undoHours !== initialForm.undoHours));
  return (
    <details class="plan-details" open={isUnusual() || undefined}>
      <summary>{t('restorePlan.more')}</summary>
      <div class="fields more-choices">
        <Show when={isInPlace()}>
          <TextField
            label={t('restorePlan.undoHours')}
            hint={t('restorePlan.undoHoursHint')}
            value={form().undoHours}
            inputMode="numeric"
            error={props.draft.problems().undoHours ? t('restorePlan.undoHoursProblem') : null}
            onInput={(undoHours) => props.draft.choose({ undoHours: undoHours.trim() })}
          />
          <Tick
            label={t('restorePlan.safety')}
            text={t('restorePlan.safetyText')}
            checked={form().safetyBackup === 'everything'}
            onChange={(checked) => props.draft.choose({ safetyBackup: checked ? 'everything' : 'needed' })}
          />
        </Show>
        <Show when={props.backup.usersAndRoles}>
          <Tick
            label={t('restorePlan.users')}
            text={t(isInPlace() ? 'restorePlan.usersText' : 'restorePlan.usersNotInCopy')}
            checked={isInPlace() && form().usersAndRoles}
            disabled={!isInPlace()}
            onChange={(usersAndRoles) => props.draft.choose({ usersAndRoles })}
          />
        </Show>
        <Tick
          label={t('restorePlan.ttl')}
          text={t('restorePlan.ttlText')}
          checked={form().ttlIndexes === 'build'}
          onChange={(checked) => props.draft.choose({ ttlIndexes: checked ? 'build' : 'leave-out' })}
        />
      </div>
    </details>
  );
}

interface TickProps {
  label: string;
  text: string;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
}

function Tick(props: TickProps) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={props.checked}
        disabled={props.disabled}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      {props.label}
      <span class="sub">{props.text}</span>
    </label>
  );
}
