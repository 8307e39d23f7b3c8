// One namespace of a plan, and what unfolds below it: what differs beside the documents, and the documents compared.
import type { PlanId } from '@holdfast/shared/ids';
import type { PlanDrift, PlanNamespace, RestorePlan } from '@holdfast/shared/restore-plan';
import { createUniqueId, For, Show } from 'solid-js';
import { RowHead, Td, Tr } from '../controls/table.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Mark } from '../marks/mark.tsx';
import { CompareDocuments } from './compare-documents.tsx';
import { actionLook, canCompare, changeOf, databaseOf, hasDetails } from './plan-rows.ts';

export interface PlanRowProps {
  planId: PlanId;
  row: PlanNamespace;
  isOpen: boolean;
  onToggle: () => void;
  /** Told the plan with what a comparison found. */
  onCompared: (plan: RestorePlan) => void;
}

export function PlanRow(props: PlanRowProps) {
  const id = createUniqueId();
  const look = () => actionLook(props.row.action);
  return (
    <>
      <Tr classList={{ quiet: props.row.action === 'untouched', joined: props.isOpen }}>
        <Td class="t-mark">
          <Mark name={look().mark} tone={look().tone} />
        </Td>
        <NameCell row={props.row} detailsId={id} isOpen={props.isOpen} onToggle={props.onToggle} />
        <Numbers row={props.row} />
        <Notes row={props.row} />
      </Tr>
      <Show when={props.isOpen}>
        <Tr class="detail" id={id}>
          <Td class="t-mark" />
          <Td colspan="6">
            <Details planId={props.planId} row={props.row} onCompared={props.onCompared} />
          </Td>
        </Tr>
      </Show>
    </>
  );
}

function NameCell(props: { row: PlanNamespace; detailsId: string; isOpen: boolean; onToggle: () => void }) {
  return (
    <RowHead class="t-name at-1">
      <Show
        when={hasDetails(props.row)}
        fallback={
          <span class="row-name">
            <Name target={props.row.target} />
          </span>
        }
      >
        <button
          class="row-name"
          type="button"
          aria-expanded={props.isOpen}
          aria-controls={props.isOpen ? props.detailsId : undefined}
          onClick={() => props.onToggle()}
        >
          <Name target={props.row.target} />
        </button>
      </Show>
    </RowHead>
  );
}

/** May break between the database and the collection before it breaks anywhere else. */
function Name(props: { target: string }) {
  const end = () => databaseOf(props.target).length + 1;
  return (
    <>
      {props.target.slice(0, end())}
      <wbr />
      {props.target.slice(end())}
    </>
  );
}

function Numbers(props: { row: PlanNamespace }) {
  const { t, f } = useI18n();
  const change = () => changeOf(props.row);
  const now = () => {
    if (props.row.documentsNow !== null) return f.count(props.row.documentsNow);
    return props.row.action === 'added' ? t('restorePlan.notThere') : '–';
  };
  const after = () => {
    const { after: count, isMost } = change();
    if (props.row.action === 'dropped') return t('restorePlan.gone');
    if (count === null) return t(`restorePlan.type.${props.row.type as 'view'}`);
    return isMost ? t('restorePlan.atMost', count) : f.count(count);
  };
  return (
    <>
      <Td class="at-2" classList={{ danger: props.row.action === 'dropped' }}>
        {t(`restorePlan.action.${props.row.action}`)}
      </Td>
      <Td class="num" classList={{ faint: props.row.documentsNow === null }} data-label={t('restorePlan.now')}>
        {now()}
      </Td>
      <Td class="num" data-label={t('restorePlan.after')}>
        {after()}
      </Td>
      <Td class="num">
        <Show when={change().delta !== null}>
          <span class="shift">
            <Sway delta={change().delta ?? 0} share={change().share} />
            <span class="delta">{change().delta === 0 ? '±0' : f.signed(change().delta ?? 0)}</span>
          </span>
        </Show>
      </Td>
    </>
  );
}

/** A bar around zero. Its width is set through the CSSOM, which a strict Content-Security-Policy allows. */
function Sway(props: { delta: number; share: number }) {
  const width = () => `${Math.max(1, Math.round(props.share * 50))}%`;
  return (
    <span class="sway narrow-hide" aria-hidden="true">
      <Show when={props.delta !== 0}>
        <i classList={{ more: props.delta > 0, less: props.delta < 0 }} style={{ width: width() }} />
      </Show>
    </span>
  );
}

/** What differs beside the documents, in a few words. */
function Notes(props: { row: PlanNamespace }) {
  const { t } = useI18n();
  const ofIndexes = (change: PlanDrift['change']) => {
    const count = props.row.drift.filter((drift) => drift.what === 'index' && drift.change === change).length;
    return count === 0 ? [] : [t('restorePlan.indexesDiffer', change, count)];
  };
  const others = () => {
    const kinds = new Set(props.row.drift.map(({ what }) => what));
    return (['type', 'view', 'validator', 'option'] as const)
      .filter((what) => kinds.has(what))
      .map((what) => t(`restorePlan.driftNote.${what}`));
  };
  const method = () => {
    const { type, method: how } = props.row;
    const kind = type === 'timeseries' ? [t('restorePlan.type.timeseries')] : [];
    return how === 'rewrite' || how === 'define' ? [...kind, t(`restorePlan.methodNote.${how}`)] : kind;
  };
  const expired = () => ((props.row.expired ?? 0) > 0 ? [t('restorePlan.expiredNote', props.row.expired ?? 0)] : []);
  const notes = () => [
    ...others(),
    ...ofIndexes('removed'),
    ...ofIndexes('added'),
    ...ofIndexes('changed'),
    ...expired(),
    ...method(),
  ];
  const isHot = () => props.row.drift.length > 0 || (props.row.expired ?? 0) > 0;
  return (
    <Td class="note" classList={{ attention: isHot(), faint: !isHot() }}>
      {notes().join(', ')}
    </Td>
  );
}

function Details(props: Pick<PlanRowProps, 'planId' | 'row' | 'onCompared'>) {
  const { t } = useI18n();
  return (
    <div class="row-details">
      <Show when={props.row.viewOn}>{(base) => <p>{t('restorePlan.uponViews', base())}</p>}</Show>
      <Show when={(props.row.expired ?? 0) > 0}>
        <p>{t('restorePlan.expiredDocuments', props.row.expired ?? 0)}</p>
      </Show>
      <Show when={props.row.drift.length > 0}>
        <Drift drift={props.row.drift} isKept={props.row.action === 'merged'} />
      </Show>
      <Show when={canCompare(props.row)}>
        <CompareDocuments planId={props.planId} row={props.row} onCompared={props.onCompared} />
      </Show>
    </div>
  );
}

/** What differs beside the documents, and what becomes of it: in a merge it stays. */
function Drift(props: { drift: readonly PlanDrift[]; isKept: boolean }) {
  const { t } = useI18n();
  return (
    <div>
      <Show when={props.isKept}>
        <p>{t('restorePlan.driftKept')}</p>
      </Show>
      <ul class="drift">
        <For each={props.drift}>
          {(drift) => <li>{t(props.isKept ? 'restorePlan.driftKeptOf' : 'restorePlan.becomesOf', drift)}</li>}
        </For>
      </ul>
    </div>
  );
}
