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
            {(plan) => <PlanFacts draft={draft} plan={plan()} isMerge={isMerge(props.restore)} />}
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

function PlanFacts(props: { draft: UndoDraft; plan: UndoPlan; isMerge: boolean }) {
  const { t, f } = useI18n();
  return (
    <>
      <dl class="facts plan-facts">
        <dt>{t('deployments.deployment')}</dt>
        <dd>
          <b>{props.plan.deploymentName}</b>
          <span class="sub">{props.plan.hosts.join(', ')}</span>
        </dd>
      </dl>
      <Effects plan={props.plan} isMerge={props.isMerge} />
      <details class="plan-details">
        <summary>{t('undo.everyCollection', props.plan.namespaces.length)}</summary>
        <NamespaceTable namespaces={props.plan.namespaces} isMerge={props.isMerge} />
      </details>
      <PhraseField draft={props.draft} phrase={props.plan.phrase} />
      <p class="sub">{t('undo.planHolds', f.relative(props.plan.expiresAt, now()))}</p>
    </>
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
  const named = (code: (typeof shownWarnings)[number]) =>
    props.plan.warnings.find((warning) => warning.code === code)?.namespaces;
  return (
    <ul class="effects">
      <Show when={isLosing() || !props.isMerge}>
        <li classList={{ hot: isLosing() }}>
          <Mark name="swap" tone={isLosing() ? 'danger' : undefined} />
          <b>{t('undo.writes', props.plan.writesSince, props.plan.countedBy)}</b>
          <span class="muted">{t('undo.writesText', props.plan.writesSince, props.plan.countedBy)}</span>
        </li>
      </Show>
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
                  <span class="muted code names">
                    {t(
                      'restorePlan.warningNames',
                      names().slice(0, namesShown),
                      Math.max(0, names().length - namesShown),
                    )}
                  </span>
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

const actionMarks = { replaced: 'swap', removed: 'drop', 'brought-back': 'add' } as const;

function NamespaceTable(props: { namespaces: UndoPlan['namespaces']; isMerge: boolean }) {
  const { t, f } = useI18n();
  const count = (value: number | null) => (value === null ? '–' : f.count(value));
  return (
    <section class="wide" tabindex="0" aria-label={t('undo.byCollection')}>
      <Table class="plain">
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
          <For each={props.namespaces}>
            {(namespace) => (
              <Tr>
                <RowHead class="code">{namespace.target}</RowHead>
                <Td>
                  <span class="word">
                    <Mark name={actionMarks[namespace.action]} />
                    {props.isMerge && namespace.action === 'replaced'
                      ? t('undo.actionOfMerge')
                      : t(`undo.action.${namespace.action}`)}
                  </span>
                </Td>
                <Td class="num faint">{count(namespace.documentsNow)}</Td>
                <Td class="num">{count(namespace.documentsThen)}</Td>
                <Td class="num">{count(namespace.writesSince)}</Td>
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
