// What a plan does: counts first, then the warnings, then every namespace.
import type { PlanAction, PlanNamespace, PlanWarning, RestorePlan } from '@holdfast/shared/restore-plan';
import { For, Show } from 'solid-js';
import { HeadCell, RowHead, Table, TableBody, TableHead, Td, Tr } from '../controls/table.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Mark } from '../marks/mark.tsx';

/** How many namespaces a plan adds, replaces and leaves as they are. */
export function countPlan(plan: RestorePlan): { added: number; replaced: number; untouched: number } {
  const count = (wanted: PlanAction) => plan.namespaces.filter(({ action }) => action === wanted).length;
  return { added: count('added'), replaced: count('replaced'), untouched: count('untouched') };
}

export function PlanEffects(props: { plan: RestorePlan }) {
  const { t } = useI18n();
  const count = () => countPlan(props.plan);
  return (
    <>
      <ul class="tally" aria-label={t('restores.whatItDoes')}>
        <Show when={count().replaced > 0}>
          <li class="attention">
            <Mark name="swap" />
            <b>{count().replaced}</b> {t('restores.replaced', count().replaced)}
          </li>
        </Show>
        <li>
          <Mark name="add" />
          <b>{count().added}</b> {t('restores.added', count().added)}
        </li>
        <Show when={props.plan.target.kind === 'original'}>
          <li>
            <Mark name="same" />
            <b>{count().untouched}</b> {t('restores.untouched', count().untouched)}
          </li>
        </Show>
      </ul>
      <ul class="warnings-list">
        <For each={props.plan.warnings}>{(warning) => <Warning warning={warning} />}</For>
      </ul>
      <details class="plan-details">
        <summary>{t('restores.everyCollection', props.plan.namespaces.length, props.plan.documents)}</summary>
        <NamespaceTable namespaces={props.plan.namespaces} />
      </details>
    </>
  );
}

function Warning(props: { warning: PlanWarning }) {
  const { t, locale } = useI18n();
  return (
    <li>
      <Mark name="attention" tone="attention" />
      <p>
        <b>{t(`restores.warning.${props.warning.code}`)}</b>{' '}
        <Show when={locale() === 'en'}>{props.warning.message} </Show>
        <Show when={props.warning.namespaces.length > 0}>
          <code>{props.warning.namespaces.join(', ')}</code>
        </Show>
        <span class="sub code">{props.warning.code}</span>
      </p>
    </li>
  );
}

function NamespaceTable(props: { namespaces: readonly PlanNamespace[] }) {
  const { t } = useI18n();
  return (
    <section class="wide" tabindex="0" aria-label={t('restores.byCollection')}>
      <Table class="plain">
        <TableHead>
          <Tr>
            <HeadCell>{t('restores.into')}</HeadCell>
            <HeadCell>{t('restores.effect')}</HeadCell>
            <HeadCell class="num">{t('restores.now')}</HeadCell>
            <HeadCell class="num">{t('restores.after')}</HeadCell>
          </Tr>
        </TableHead>
        <TableBody>
          <For each={props.namespaces}>{(namespace) => <NamespaceRow namespace={namespace} />}</For>
        </TableBody>
      </Table>
    </section>
  );
}

const actionMarks = { added: 'add', replaced: 'swap', merged: 'add', dropped: 'drop', untouched: 'same' } as const;

function NamespaceRow(props: { namespace: PlanNamespace }) {
  const { t, f } = useI18n();
  const isView = () => props.namespace.type === 'view';
  return (
    <Tr>
      <RowHead class="code">{props.namespace.target}</RowHead>
      <Td>
        <span class="word">
          <Mark name={actionMarks[props.namespace.action]} />
          {t(`restores.action.${props.namespace.action}`)}
        </span>
      </Td>
      <Td class="num faint">
        {props.namespace.documentsNow === null ? t('restores.missing') : f.count(props.namespace.documentsNow)}
      </Td>
      <Td class="num">
        {isView()
          ? t('backups.type.view')
          : f.count(props.namespace.documentsInBackup ?? props.namespace.documentsNow ?? 0)}
      </Td>
    </Tr>
  );
}
