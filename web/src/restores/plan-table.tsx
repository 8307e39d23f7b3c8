// Every namespace of a plan, by database: now, after, change, and what else differs. Long lists can be searched and come
// in parts, so that thousands of collections stay readable.
import type { PlanAction, PlanNamespace, RestorePlan } from '@holdfast/shared/restore-plan';
import Search from 'lucide-solid/icons/search';
import { createMemo, createSignal, createUniqueId, For, type JSX, Show } from 'solid-js';
import { HeadCell, Table, TableBody, TableHead, Td, Tr } from '../controls/table.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Mark } from '../marks/mark.tsx';
import { PlanRow } from './plan-row.tsx';
import { actionLook, countActions, groupRows, type PlanFilter, type PlanGroup, planActions } from './plan-rows.ts';

/** So few are seen at a glance, without a search. */
const seenAtOnce = 12;
/** So few stand open, whatever database they belong to. */
const openBelow = 200;
const rowsAtOnce = 100;

export interface PlanTableProps {
  plan: RestorePlan;
  onCompared: (plan: RestorePlan) => void;
}

export function PlanTable(props: PlanTableProps) {
  const { t } = useI18n();
  // By name: what is found by a comparison makes the rows anew.
  const [open, setOpen] = createSignal<ReadonlySet<string>>(new Set());
  const toggle = (name: string) => setOpen((before) => before.symmetricDifference(new Set([name])));
  const row = (namespace: PlanNamespace) => (
    <PlanRow
      planId={props.plan.id}
      row={namespace}
      isOpen={open().has(namespace.target)}
      onToggle={() => toggle(namespace.target)}
      onCompared={props.onCompared}
    />
  );
  const [filter, setFilter] = createSignal<PlanFilter>({ search: '', action: null });
  const groups = createMemo(() => groupRows(props.plan.namespaces, filter()));
  const found = () => groups().reduce((sum, { rows }) => sum + rows.length, 0);
  const isLong = () => props.plan.namespaces.length > seenAtOnce;
  return (
    <>
      <Show when={isLong()}>
        <Filters plan={props.plan} filter={filter()} onFilter={setFilter} />
        <p class="visually-hidden" aria-live="polite">
          {t('restorePlan.foundCount', found())}
        </p>
      </Show>
      <div class="bleed">
        <Table class="table sheet compare">
          <caption class="visually-hidden">{t('restores.byCollection')}</caption>
          <TableHead>
            <Tr>
              <HeadCell class="t-mark">
                <span class="visually-hidden">{t('common.state')}</span>
              </HeadCell>
              <HeadCell>{t('restorePlan.namespace')}</HeadCell>
              <HeadCell>{t('restorePlan.effect')}</HeadCell>
              <HeadCell class="num">{t('restorePlan.now')}</HeadCell>
              <HeadCell class="num">{t('restorePlan.after')}</HeadCell>
              <HeadCell class="num">{t('restorePlan.change')}</HeadCell>
              <HeadCell class="note">{t('restorePlan.note')}</HeadCell>
            </Tr>
          </TableHead>
          <For each={groups()} fallback={<NoRow />}>
            {(group) => (
              <Group
                row={row}
                group={group}
                isOpen={groups().length === 1 || found() <= openBelow || filter().search !== ''}
                isNamed={groups().length > 1}
              />
            )}
          </For>
        </Table>
      </div>
    </>
  );
}

function NoRow() {
  const { t } = useI18n();
  return (
    <TableBody>
      <Tr>
        <Td class="t-mark" />
        <Td colspan="6" class="muted">
          {t('restorePlan.noRow')}
        </Td>
      </Tr>
    </TableBody>
  );
}

function Filters(props: { plan: RestorePlan; filter: PlanFilter; onFilter: (filter: PlanFilter) => void }) {
  const { t, f } = useI18n();
  const counts = createMemo(() => countActions(props.plan.namespaces));
  const choices = (): (PlanAction | null)[] => [null, ...planActions.filter((action) => counts()[action] > 0)];
  return (
    <div class="filters plan-filters">
      <fieldset class="facets" aria-label={t('restorePlan.filterBy')}>
        <For each={choices()}>
          {(action) => (
            <button
              class="facet"
              type="button"
              aria-pressed={props.filter.action === action}
              onClick={() => props.onFilter({ ...props.filter, action })}
            >
              <Show when={action}>
                {(known) => <Mark name={actionLook(known()).mark} tone={actionLook(known()).tone} />}
              </Show>
              {action === null ? t('restorePlan.allNamespaces') : t(`restorePlan.action.${action}`)}{' '}
              <i>{f.count(action === null ? props.plan.namespaces.length : counts()[action])}</i>
            </button>
          )}
        </For>
      </fieldset>
      <div class="end">
        <label class="search">
          <Search class="icon" aria-hidden="true" />
          <span class="visually-hidden">{t('restorePlan.find')}</span>
          <input
            class="input"
            value={props.filter.search}
            placeholder={t('restorePlan.find')}
            autocomplete="off"
            onInput={(event) => props.onFilter({ ...props.filter, search: event.currentTarget.value })}
          />
        </label>
      </div>
    </div>
  );
}

function Group(props: {
  row: (namespace: PlanNamespace) => JSX.Element;
  group: PlanGroup;
  isOpen: boolean;
  isNamed: boolean;
}) {
  const { t, f } = useI18n();
  const id = createUniqueId();
  const [isToggled, setToggled] = createSignal(false);
  const [shown, setShown] = createSignal(rowsAtOnce);
  const isOpen = () => props.isOpen !== isToggled();
  const left = () => props.group.rows.length - shown();
  return (
    <TableBody id={id}>
      <Show when={props.isNamed}>
        <Tr class="group">
          <Td class="t-mark" />
          <HeadCell scope="rowgroup" role="rowheader" colspan="6">
            <button class="pos" type="button" aria-expanded={isOpen()} onClick={() => setToggled(!isToggled())}>
              <b>{props.group.database}</b>{' '}
              <span>
                {planActions
                  .filter((action) => props.group.counts[action] > 0)
                  .map(
                    (action) =>
                      `${f.count(props.group.counts[action])} ${t('restorePlan.actionCount', action, props.group.counts[action])}`,
                  )
                  .join(', ')}
              </span>
            </button>
          </HeadCell>
        </Tr>
      </Show>
      <Show when={isOpen()}>
        <For each={props.group.rows.slice(0, shown())}>{(namespace) => props.row(namespace)}</For>
        <Show when={left() > 0}>
          <Tr class="more-rows">
            <Td class="t-mark" />
            <Td colspan="6">
              <button class="btn small" type="button" onClick={() => setShown(shown() + rowsAtOnce * 5)}>
                {t('restorePlan.moreRows', Math.min(rowsAtOnce * 5, left()))}
              </button>
            </Td>
          </Tr>
        </Show>
      </Show>
    </TableBody>
  );
}
