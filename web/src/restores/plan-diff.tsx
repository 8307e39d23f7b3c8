// What a plan does: what is dropped before all else, how much of what, what to read first, then every namespace.
import type { PlanNamespace, PlanWarning, RestorePlan } from '@holdfast/shared/restore-plan';
import { createMemo, For, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Mark } from '../marks/mark.tsx';
import { Section } from '../shell/page.tsx';
import { actionLook, countActions, droppedOf, planActions } from './plan-rows.ts';
import { PlanTable } from './plan-table.tsx';

export interface PlanDiffProps {
  plan: RestorePlan;
  /** Keeps what would be dropped: another mode. */
  onKeep: () => void;
  onCompared: (plan: RestorePlan) => void;
}

export function PlanDiff(props: PlanDiffProps) {
  return (
    <>
      <Tally namespaces={props.plan.namespaces} />
      <DropPanel plan={props.plan} onKeep={props.onKeep} />
      <Warnings plan={props.plan} />
      <PlanTable plan={props.plan} onCompared={props.onCompared} />
    </>
  );
}

function Tally(props: { namespaces: readonly PlanNamespace[] }) {
  const { t, f } = useI18n();
  const counts = createMemo(() => countActions(props.namespaces));
  return (
    <ul class="tally" aria-label={t('restores.whatItDoes')}>
      <For each={planActions.filter((action) => counts()[action] > 0)}>
        {(action) => (
          <li classList={{ danger: action === 'dropped' }}>
            <Mark name={actionLook(action).mark} />
            <b>{f.count(counts()[action])}</b> {t('restorePlan.actionCount', action, counts()[action])}
          </li>
        )}
      </For>
    </ul>
  );
}

/** So many drops have a line of their own; beyond that they stand as a list, which is never folded. */
const ownLines = 5;

function DropPanel(props: Pick<PlanDiffProps, 'plan' | 'onKeep'>) {
  const { t } = useI18n();
  const drops = createMemo(() => droppedOf(props.plan.namespaces));
  return (
    <Show when={drops().length > 0}>
      <section class="drop" aria-label={t('restorePlan.dropped')}>
        <Mark name="drop" tone="danger" />
        <div>
          <Show when={drops().length <= ownLines} fallback={<DropList drops={drops()} />}>
            <For each={drops()}>{(namespace) => <h2>{t('restorePlan.drop', namespace)}</h2>}</For>
          </Show>
          <p>{t('restorePlan.dropWhy', drops().length, props.plan.options.undoHours)}</p>
        </div>
        <button class="btn" type="button" onClick={() => props.onKeep()}>
          {t('restorePlan.keep', drops().length)}
        </button>
      </section>
    </Show>
  );
}

function DropList(props: { drops: readonly PlanNamespace[] }) {
  const { t } = useI18n();
  return (
    <>
      <h2>{t('restorePlan.dropsMany', props.drops.length)}</h2>
      <NameWell names={props.drops.map(({ target }) => target)} label={t('restorePlan.dropped')} />
    </>
  );
}

/** Many names in a box that scrolls. */
export function NameWell(props: { names: readonly string[]; label: string }) {
  return (
    <section class="name-well" tabindex="0" aria-label={props.label}>
      <For each={props.names}>{(name) => <code>{name}</code>}</For>
    </section>
  );
}

function Warnings(props: { plan: RestorePlan }) {
  const { t } = useI18n();
  return (
    <Show when={props.plan.warnings.length > 0}>
      <Section title={t('restorePlan.readFirst')} first>
        <ul class="thread warnings">
          <For each={props.plan.warnings}>{(warning) => <Warning warning={warning} plan={props.plan} />}</For>
        </ul>
      </Section>
    </Show>
  );
}

const namesShown = 5;

function Warning(props: { warning: PlanWarning; plan: RestorePlan }) {
  const { t } = useI18n();
  const names = () => props.warning.namespaces;
  return (
    <li>
      <Mark name="attention" tone="attention" />
      <p class="warning-head">
        <b>{t(`restorePlan.warning.${props.warning.code}`)}</b>
        <span class="code">{props.warning.code}</span>
      </p>
      <p>{t('restorePlan.warningText', props.warning.code, props.plan)}</p>
      <Show when={names().length > 0}>
        <p class="code names">
          {t('restorePlan.warningNames', names().slice(0, namesShown), Math.max(0, names().length - namesShown))}
        </p>
      </Show>
    </li>
  );
}
