// The last look before a restore. The backup's date and age stand largest; each drop is ticked, the name typed exactly;
// Enter starts nothing; going back comes before going on.
import type { Backup } from '@holdfast/shared/backup';
import type { PlanNamespace, PlanUsers, RestorePlan } from '@holdfast/shared/restore-plan';
import RotateCcw from 'lucide-solid/icons/rotate-ccw';
import { createMemo, createUniqueId, For, Show } from 'solid-js';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { SheetDialog } from '../controls/sheet-dialog.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Mark } from '../marks/mark.tsx';
import { GuardedButton } from '../operations/guarded-button.tsx';
import { BackupMoment } from './backup-moment.tsx';
import { NameWell } from './plan-diff.tsx';
import { useTargetBusy } from './plan-foot.tsx';
import { countActions, databaseOf, droppedOf, writtenDatabases } from './plan-rows.ts';
import { type RestoreDraft, usersTick } from './restore-draft.ts';

interface PartProps {
  draft: RestoreDraft;
  plan: RestorePlan;
}

export function ConfirmRestore(props: { draft: RestoreDraft; backup: Backup }) {
  const { t } = useI18n();
  let phrase: HTMLInputElement | undefined;
  return (
    <Show when={props.draft.shown()}>
      {(plan) => (
        <SheetDialog
          open={props.draft.confirmation.isOpen()}
          onClose={() => props.draft.confirmation.setOpen(false)}
          title={t('restorePlan.confirmTitle', plan().deploymentName)}
          focusFirst={() => phrase}
          footer={<Footer draft={props.draft} plan={plan()} />}
        >
          <div class="dialog-text restore">
            <BackupMoment backup={props.backup} />
            <PlanPlace plan={plan()} backup={props.backup} />
            <Effects draft={props.draft} plan={plan()} />
            <Show when={plan().phrase}>
              {(expected) => <PhraseField draft={props.draft} phrase={expected()} ref={(input) => (phrase = input)} />}
            </Show>
            <RefusalNote error={props.draft.confirmation.error()} />
            <Show when={props.draft.isOutdated()}>
              <button class="btn" type="button" onClick={() => props.draft.replan()}>
                {t('restorePlan.newPlan')}
              </button>
            </Show>
          </div>
        </SheetDialog>
      )}
    </Show>
  );
}

/** Where the plan writes to: deployment, hosts, databases. */
function PlanPlace(props: { plan: RestorePlan; backup: Backup }) {
  const { t } = useI18n();
  const databases = () => writtenDatabases(props.plan.namespaces);
  return (
    <dl class="facts plan-facts">
      <Show when={props.plan.deploymentId !== props.backup.deploymentId}>
        <dt>{t('restorePlan.facts.from')}</dt>
        <dd>{props.backup.deploymentName}</dd>
      </Show>
      <dt>{t('restorePlan.facts.into')}</dt>
      <dd>
        <b>{props.plan.deploymentName}</b>
        <span class="sub">{props.plan.hosts.join(', ')}</span>
      </dd>
      <dt>{t('restores.databases', databases().length)}</dt>
      <dd class="code">{databases().join(', ')}</dd>
    </dl>
  );
}

function Effects(props: PartProps) {
  const { t } = useI18n();
  return (
    <ul class="effects">
      <Drops draft={props.draft} plan={props.plan} />
      <Show when={props.plan.target.kind === 'original'} fallback={<CopyEffects plan={props.plan} />}>
        <OriginalEffects plan={props.plan} />
      </Show>
      <Show when={props.plan.users?.vanish && props.plan.users.notInBackup}>
        {(names) => (
          <li class="hot">
            <Mark name="drop" tone="danger" />
            <b>{t('restorePlan.usersVanish', names())}</b>
            <Acknowledge draft={props.draft} names={[usersTick]} label={t('restorePlan.dropAck')} />
          </li>
        )}
      </Show>
    </ul>
  );
}

/** So many drops are ticked one by one; more of them by database, with every name in view. */
const tickedSingly = 10;

function Drops(props: PartProps) {
  const { t } = useI18n();
  const drops = createMemo(() => droppedOf(props.plan.namespaces));
  const isSingle = () => drops().length <= tickedSingly;
  return (
    <Show when={isSingle()} fallback={<DropsByDatabase draft={props.draft} drops={drops()} />}>
      <For each={drops()}>
        {(namespace) => (
          <li class="hot">
            <Mark name="drop" tone="danger" />
            <b>{t('restorePlan.drop', namespace)}</b>
            <Acknowledge draft={props.draft} names={[namespace.target]} label={t('restorePlan.dropAck')} />
          </li>
        )}
      </For>
    </Show>
  );
}

function DropsByDatabase(props: { draft: RestoreDraft; drops: readonly PlanNamespace[] }) {
  const { t } = useI18n();
  const groups = createMemo(() => [...Map.groupBy(props.drops, ({ target }) => databaseOf(target))]);
  return (
    <For each={groups()}>
      {([database, rows]) => {
        const names = rows.map(({ target }) => target);
        return (
          <li class="hot">
            <Mark name="drop" tone="danger" />
            <div>
              <b>{t('restorePlan.dropMany', names.length, database)}</b>
              <NameWell names={names} label={t('restorePlan.dropped')} />
            </div>
            <Acknowledge draft={props.draft} names={names} label={t('restorePlan.dropAckMany', names.length)} />
          </li>
        );
      }}
    </For>
  );
}

function Acknowledge(props: { draft: RestoreDraft; names: readonly string[]; label: string }) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={props.names.every((name) => props.draft.confirmation.isSeen(name))}
        onChange={(event) => props.draft.confirmation.setSeen(props.names, event.currentTarget.checked)}
      />
      {props.label}
    </label>
  );
}

function CopyEffects(props: { plan: RestorePlan }) {
  const { t } = useI18n();
  return (
    <>
      <li>
        <Mark name="add" />
        <b>
          {t('restores.copyAdds', countActions(props.plan.namespaces).added, writtenDatabases(props.plan.namespaces))}
        </b>
        <span class="muted">{t('restores.documentsText', props.plan.documents, props.plan.rawBytes)}</span>
      </li>
      <li>
        <Mark name="same" />
        <b>{t('restores.copyLeaves')}</b>
        <span class="muted">{t('restores.copyLeavesText')}</span>
      </li>
    </>
  );
}

function OriginalEffects(props: { plan: RestorePlan }) {
  const { t } = useI18n();
  const counts = createMemo(() => countActions(props.plan.namespaces));
  const isMerge = () => props.plan.options.mode === 'merge';
  return (
    <>
      <Show when={counts().replaced > 0}>
        <li>
          <Mark name="swap" />
          <b>{t('restorePlan.replaces', counts().replaced, counts().added)}</b>
          <span class="muted">{t('restorePlan.loses', props.plan.deploymentName)}</span>
        </li>
      </Show>
      <Show when={counts().merged > 0}>
        <li>
          <Mark name="add" />
          <b>{t('restorePlan.merges', counts().merged, counts().added)}</b>
          <span class="muted">{t('restorePlan.mergesText')}</span>
        </li>
      </Show>
      <Show when={props.plan.users}>{(users) => <UserEffects users={users()} />}</Show>
      <Show when={counts().replaced + counts().merged === 0 && counts().added > 0}>
        <li>
          <Mark name="add" />
          <b>{t('restorePlan.adds', counts().added)}</b>
        </li>
      </Show>
      <li>
        <RotateCcw class="icon" aria-hidden="true" />
        <b>{t(isMerge() ? 'restorePlan.staysUntilVerified' : 'restorePlan.staysUntilProved')}</b>
        <span class="muted">
          <Show when={props.plan.options.safetyBackup === 'everything'}>{t('restorePlan.safetyFirst')} </Show>
          {t('restorePlan.canBeUndone', props.plan.options.undoHours, isMerge())}
        </span>
      </li>
    </>
  );
}

/** Passwords and rights change with them. Those that vanish are ticked by themselves. */
function UserEffects(props: { users: PlanUsers }) {
  const { t } = useI18n();
  return (
    <Show when={props.users.changed.length + props.users.added.length > 0}>
      <li>
        <Mark name="swap" />
        <b>{t('restorePlan.usersEffect')}</b>
        <span class="muted">
          <Show when={props.users.changed.length > 0}>{t('restorePlan.usersChanged', props.users.changed)} </Show>
          <Show when={props.users.added.length > 0}>{t('restorePlan.usersAdded', props.users.added)}</Show>
        </span>
      </li>
    </Show>
  );
}

function PhraseField(props: { draft: RestoreDraft; phrase: string; ref: (input: HTMLInputElement) => void }) {
  const { t } = useI18n();
  const id = createUniqueId();
  return (
    <div class="confirm field">
      <label for={id}>
        {t('restorePlan.typePhrase')} <code>{props.phrase}</code>
      </label>
      <input
        ref={props.ref}
        class="input"
        id={id}
        value={props.draft.confirmation.phrase()}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        onInput={(event) => props.draft.confirmation.setPhrase(event.currentTarget.value)}
      />
    </div>
  );
}

function Footer(props: PartProps) {
  const { t } = useI18n();
  const busy = useTargetBusy(() => props.draft);
  const confirmation = () => props.draft.confirmation;
  const missing = () => {
    if (props.draft.isOutdated()) return t('restorePlan.expired');
    if (!props.draft.plan()) return t('restores.noPlanYet');
    const typing = !confirmation().phraseFits();
    if (typing && confirmation().allSeen() && confirmation().phrase() !== '') return t('restorePlan.confirmDiffers');
    return confirmation().allSeen() && !typing
      ? null
      : t('restorePlan.confirmMissing', !confirmation().allSeen(), typing);
  };
  return (
    <>
      <button class="btn" type="button" onClick={() => confirmation().setOpen(false)}>
        {t('common.goBack')}
      </button>
      <GuardedButton
        busy={busy()}
        class={props.plan.target.kind === 'original' ? 'danger-solid' : 'primary'}
        pending={confirmation().isConfirming()}
        unavailable={missing()}
        onPress={() => confirmation().confirm()}
      >
        {confirmation().isConfirming() ? t('restores.starting') : t('restorePlan.confirmDo', props.plan.deploymentName)}
      </GuardedButton>
    </>
  );
}
