// The last look before a restore is taken back: what comes back, what goes, how many writes are lost. The name is typed exactly;
// Enter starts nothing; going back comes before going on.
import type { Restore } from '@holdfast/shared/restore';
import type { UndoPlan } from '@holdfast/shared/restore-plan';
import { createUniqueId, For, onMount, Show } from 'solid-js';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { SheetDialog } from '../controls/sheet-dialog.tsx';
import { HeadCell, RowHead, Table, TableBody, TableHead, Td, Tr } from '../controls/table.tsx';
import { refusedWith } from '../data/refusal.ts';
import { createDeployment } from '../deployments/find-deployment.ts';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';
import { Mark } from '../marks/mark.tsx';
import { useBusy } from '../operations/busy.ts';
import { GuardedButton } from '../operations/guarded-button.tsx';
import { databaseOf } from './plan-rows.ts';
import { createUndoDraft, type UndoDraft } from './undo-draft.ts';

/** What it takes back was inserted; nothing was replaced. */
export function isMerge({ undoOf, options }: Restore): boolean {
  return undoOf === null && options.mode === 'merge';
}

export function UndoDialog(props: { restore: Restore; onClose: () => void }) {
  const { t } = useI18n();
  const draft = createUndoDraft(
    () => props.restore.id,
    () => props.onClose(),
  );
  return (
    <SheetDialog
      open
      wide
      onClose={props.onClose}
      title={t('undo.confirmTitle', props.restore.deploymentName)}
      footer={<Footer restore={props.restore} draft={draft} onClose={props.onClose} />}
    >
      <div class="dialog-text restore undo">
        <div aria-live="polite" aria-busy={!draft.plan() && !draft.error()}>
          <Show when={draft.plan()} fallback={<Looking draft={draft} />}>
            {(plan) => <PlanFacts draft={draft} plan={plan()} restore={props.restore} />}
          </Show>
        </div>
        <RefusalNote error={draft.error()} />
        <Show when={refusedWith(draft.error(), 'PLAN_NOT_FOUND')}>
          <button class="btn" type="button" onClick={() => draft.replan()}>
            {t('undo.newPlan')}
          </button>
        </Show>
      </div>
    </SheetDialog>
  );
}

function Looking(props: { draft: UndoDraft }) {
  const { t } = useI18n();
  return (
    <Show when={!props.draft.error()}>
      <p class="word running">
        <Mark name="running" />
        {t('undo.looking')}
      </p>
    </Show>
  );
}

function PlanFacts(props: { draft: UndoDraft; plan: UndoPlan; restore: Restore }) {
  const { t, f } = useI18n();
  return (
    <>
      <WhichRestore plan={props.plan} restore={props.restore} />
      <Effects plan={props.plan} isMerge={isMerge(props.restore)} />
      <details class="plan-details">
        <summary>{t('undo.everyCollection', props.plan.namespaces.length)}</summary>
        <NamespaceTable namespaces={props.plan.namespaces} isMerge={isMerge(props.restore)} />
      </details>
      <PhraseField draft={props.draft} phrase={props.plan.phrase} />
      <p class="sub">{t('undo.planHolds', f.relative(props.plan.expiresAt, now()))}</p>
    </>
  );
}

/** Several may be there to be taken back: when it was made tells them apart. */
function WhichRestore(props: { plan: UndoPlan; restore: Restore }) {
  const { t, f } = useI18n();
  const endedAt = () => props.restore.completedAt ?? props.restore.createdAt;
  // Of the plan: a restore that failed half-way names none.
  const databases = () => [...new Set(props.plan.namespaces.map(({ target }) => databaseOf(target)))];
  return (
    <dl class="facts plan-facts">
      <dt>{t('deployments.deployment')}</dt>
      <dd>
        <b>{props.plan.deploymentName}</b>
        <span class="sub">{props.plan.hosts.join(', ')}</span>
      </dd>
      <dt>{t('undo.restoredAt')}</dt>
      <dd>
        {f.moment(endedAt())} {f.zoneName(endedAt())}
        <span class="sub">{f.relative(endedAt(), now())}</span>
      </dd>
      <Show when={databases().length > 0}>
        <dt>{t('restores.databases', databases().length)}</dt>
        <dd class="code">{databases().join(', ')}</dd>
      </Show>
    </dl>
  );
}

/** So many names stand in a sentence; the others are counted. */
const namesShown = 6;

const shownWarnings = [
  'UNDO_LIMITED',
  'NOT_ATOMIC',
  'SWAPPED_IN_GROUPS',
  'WRITES_MAY_BE_LOST',
  'CHANGE_STREAMS_END',
] as const;

function Effects(props: { plan: UndoPlan; isMerge: boolean }) {
  const { t } = useI18n();
  const isLosing = () => props.plan.writesSince !== 0;
  const known = () => props.plan.namespaces.reduce((sum, { writesSince }) => sum + (writesSince ?? 0), 0);
  const those = (action: UndoAction) =>
    props.plan.namespaces.filter((namespace) => namespace.action === action).map(({ target }) => target);
  const named = (code: (typeof shownWarnings)[number]) =>
    props.plan.warnings.find((warning) => warning.code === code)?.namespaces;
  return (
    <ul class="effects">
      <Show when={isLosing() || !props.isMerge}>
        <li classList={{ hot: isLosing() }}>
          <Mark name="swap" tone={isLosing() ? 'danger' : undefined} />
          <b>{t('undo.writes', props.plan.writesSince, props.plan.countedBy)}</b>
          <span class="muted">{t('undo.writesText', props.plan.writesSince, props.plan.countedBy, known())}</span>
        </li>
      </Show>
      <For each={['removed', 'brought-back'] as const}>
        {(action) => (
          <Show when={those(action).length > 0}>
            <li>
              <Mark name={actionMarks[action]} />
              <b>{t(`undo.collections.${action}`, those(action).length)}</b>
              <Names names={those(action)} />
            </li>
          </Show>
        )}
      </For>
      <Show when={props.isMerge}>
        <li>
          <Mark name="drop" />
          <b>{t('undo.mergeGoes')}</b>
          <span class="muted">{t('undo.mergeGoesText')}</span>
        </li>
      </Show>
      <For each={shownWarnings}>
        {(code) => (
          <Show when={named(code)}>
            {(names) => (
              <li>
                <Mark name="attention" tone="attention" />
                <b>{t(`undo.warning.${code}`)}</b>
                <Show when={names().length > 0}>
                  <Names names={names()} />
                </Show>
              </li>
            )}
          </Show>
        )}
      </For>
      <li>
        <Mark name="same" />
        <b>{t('undo.keptAgain')}</b>
        <span class="muted">{t('undo.keptAgainText')}</span>
      </li>
    </ul>
  );
}

function Names(props: { names: readonly string[] }) {
  const { t } = useI18n();
  const more = () => Math.max(0, props.names.length - namesShown);
  return (
    <span class="muted code names">{t('restorePlan.warningNames', props.names.slice(0, namesShown), more())}</span>
  );
}

type UndoAction = UndoPlan['namespaces'][number]['action'];

const actionMarks = { replaced: 'swap', removed: 'drop', 'brought-back': 'add' } as const;
/** What goes and what comes is seen before what only becomes what it was. */
const actionOrder: readonly UndoAction[] = ['removed', 'brought-back', 'replaced'];

function NamespaceTable(props: { namespaces: UndoPlan['namespaces']; isMerge: boolean }) {
  const { t, f } = useI18n();
  const count = (value: number | null) => (value === null ? '–' : f.count(value));
  const rows = () => props.namespaces.toSorted((a, b) => actionOrder.indexOf(a.action) - actionOrder.indexOf(b.action));
  return (
    <section class="wide" tabindex="0" aria-label={t('undo.byCollection')}>
      <Table class="plain fold">
        <TableHead>
          <Tr>
            <HeadCell>{t('undo.namespace')}</HeadCell>
            <HeadCell>{t('undo.effect')}</HeadCell>
            <HeadCell class="num">{t('undo.now')}</HeadCell>
            <HeadCell class="num">{t('undo.after')}</HeadCell>
            <HeadCell class="num">{t('undo.writesSince')}</HeadCell>
          </Tr>
        </TableHead>
        <TableBody>
          <For each={rows()}>
            {(namespace) => (
              <Tr>
                <RowHead class="code at-1">{namespace.target}</RowHead>
                <Td>
                  <span class="word">
                    <Mark name={actionMarks[namespace.action]} />
                    {props.isMerge && namespace.action === 'replaced'
                      ? t('undo.actionOfMerge')
                      : t(`undo.action.${namespace.action}`)}
                  </span>
                </Td>
                <Td class="num faint" data-label={t('undo.now')}>
                  {count(namespace.documentsNow)}
                </Td>
                <Td class="num" data-label={t('undo.after')}>
                  {count(namespace.documentsThen)}
                </Td>
                <Td class="num" data-label={t('undo.writesSince')}>
                  {count(namespace.writesSince)}
                </Td>
              </Tr>
            )}
          </For>
        </TableBody>
      </Table>
    </section>
  );
}

function PhraseField(props: { draft: UndoDraft; phrase: string }) {
  const { t } = useI18n();
  const id = createUniqueId();
  let input: HTMLInputElement | undefined;
  onMount(() => input?.focus());
  return (
    <div class="confirm field">
      <label for={id}>
        {t('undo.typePhrase')} <code>{props.phrase}</code>
      </label>
      <input
        ref={input}
        class="input"
        id={id}
        value={props.draft.phrase()}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        onInput={(event) => props.draft.setPhrase(event.currentTarget.value)}
      />
    </div>
  );
}

function Footer(props: { restore: Restore; draft: UndoDraft; onClose: () => void }) {
  const { t } = useI18n();
  const busy = useBusy(createDeployment(() => props.restore.deploymentId));
  const unavailable = () => {
    if (!props.draft.plan()) return t('undo.noPlanYet');
    if (props.draft.phraseFits()) return null;
    return props.draft.phrase() ? t('undo.phraseDiffers') : t('undo.phraseMissing');
  };
  return (
    <>
      <button class="btn" type="button" onClick={props.onClose}>
        {t('common.goBack')}
      </button>
      <GuardedButton
        busy={busy()}
        class="danger-solid"
        pending={props.draft.isConfirming()}
        unavailable={unavailable()}
        onPress={() => props.draft.confirm()}
      >
        {props.draft.isConfirming() ? t('undo.starting') : t('undo.confirm')}
      </GuardedButton>
    </>
  );
}
