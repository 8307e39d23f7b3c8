// One namespace of a plan, and what unfolds below it: what differs beside the documents, and the documents compared.
import type { PlanDrift, PlanNamespace } from '@holdfast/shared/restore-plan';
import { createSignal, createUniqueId, For, Show } from 'solid-js';
import { RowHead, Td, Tr } from '../controls/table.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Mark } from '../marks/mark.tsx';
import { DocumentDifferences } from './document-differences.tsx';
import { actionLook, changeOf, hasDetails } from './plan-rows.ts';

export function PlanRow(props: { row: PlanNamespace }) {
  const id = createUniqueId();
  const [isOpen, setOpen] = createSignal(false);
  return (
    <>
      <Tr classList={{ quiet: props.row.action === 'untouched', joined: isOpen() }}>
        <Td class="t-mark">
          <Mark name={actionLook(props.row.action).mark} tone={actionLook(props.row.action).tone} />
        </Td>
        <NameCell row={props.row} detailsId={id} isOpen={isOpen()} onToggle={() => setOpen(!isOpen())} />
        <Numbers row={props.row} />
        <Notes row={props.row} />
      </Tr>
      <Show when={isOpen()}>
        <Tr class="detail" id={id}>
          <Td class="t-mark" />
          <Td colspan="6">
            <Details row={props.row} />
          </Td>
        </Tr>
      </Show>
    </>
  );
}

function NameCell(props: { row: PlanNamespace; detailsId: string; isOpen: boolean; onToggle: () => void }) {
  const { t } = useI18n();
  return (
    <RowHead class="t-name at-1">
      <Show when={hasDetails(props.row)} fallback={<span class="row-name">{props.row.target}</span>}>
        <button
          class="row-name"
          type="button"
          aria-expanded={props.isOpen}
          aria-controls={props.isOpen ? props.detailsId : undefined}
          aria-label={t('restorePlan.toggleDetails', props.row.target)}
          onClick={() => props.onToggle()}
        >
          {props.row.target}
        </button>
      </Show>
    </RowHead>
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
            <span class="delta">{change().delta === 0 ? t('restorePlan.equal') : f.signed(change().delta ?? 0)}</span>
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
  const { t, f } = useI18n();
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
  const expired = () =>
    (props.row.expired ?? 0) > 0 ? [t('restorePlan.expiredNote', f.count(props.row.expired ?? 0))] : [];
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

function Details(props: { row: PlanNamespace }) {
  const { t } = useI18n();
  return (
    <div class="row-details">
      <Show when={props.row.viewOn}>{(base) => <p>{t('restorePlan.uponViews', base())}</p>}</Show>
      <Show when={(props.row.expired ?? 0) > 0}>
        <p>{t('restorePlan.expiredDocuments', props.row.expired ?? 0)}</p>
      </Show>
      <Show when={props.row.drift.length > 0}>
        <ul class="drift">
          <For each={props.row.drift}>{(drift) => <li>{t('restorePlan.becomesOf', drift)}</li>}</For>
        </ul>
      </Show>
      <Show when={props.row.difference}>
        {(difference) => <DocumentDifferences difference={difference()} isMerge={props.row.action === 'merged'} />}
      </Show>
    </div>
  );
}
