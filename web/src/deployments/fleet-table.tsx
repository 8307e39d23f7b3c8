// The deployments, those that need somebody first. A row that needs somebody is followed by its reason and its acts.
import { createMemo, For, Show } from 'solid-js';
import { FailureNote } from '../controls/failure-note.tsx';
import { HeadCell, RowHead, Table, TableBody, TableHead, Td, Tr } from '../controls/table.tsx';
import { AgeText } from '../controls/time-text.tsx';
import { Word } from '../controls/word.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Mark } from '../marks/mark.tsx';
import { BackUpNow } from '../operations/back-up-now.tsx';
import { type Busy, useBusy, useProgress } from '../operations/busy.ts';
import { GuardedButton } from '../operations/guarded-button.tsx';
import { ProgressLine } from '../operations/progress-panel.tsx';
import { useOpenPlan } from '../restores/open-plan.ts';
import { scopeWords } from './deployment-words.ts';
import type { FleetMember } from './fleet.ts';
import { HistoryStrip } from './history-strip.tsx';
import { lookOf, needsSomebody } from './readiness.ts';

export function FleetTable(props: { members: readonly FleetMember[] }) {
  const { t } = useI18n();
  const ordered = createMemo(() =>
    props.members.toSorted(
      (a, b) => Number(needsSomebody(b.readiness.state)) - Number(needsSomebody(a.readiness.state)),
    ),
  );
  const ids = createMemo(() => ordered().map(({ deployment }) => deployment.id));
  return (
    <div class="bleed">
      <Table class="table sheet fleet">
        <caption class="visually-hidden">{t('overview.caption')}</caption>
        <TableHead>
          <Tr>
            <HeadCell class="t-mark">
              <span class="visually-hidden">{t('common.state')}</span>
            </HeadCell>
            <HeadCell>{t('deployments.deployment')}</HeadCell>
            <HeadCell>{t('common.state')}</HeadCell>
            <HeadCell>{t('overview.lastGood')}</HeadCell>
            <HeadCell>{t('overview.nextRun')}</HeadCell>
            <HeadCell class="wide-only">{t('overview.last30')}</HeadCell>
            <HeadCell class="num">{t('backups.size')}</HeadCell>
            <HeadCell>
              <span class="visually-hidden">{t('common.actions')}</span>
            </HeadCell>
          </Tr>
        </TableHead>
        <TableBody>
          <For each={ids()}>
            {(id) => (
              <Show when={ordered().find(({ deployment }) => deployment.id === id)}>
                {(member) => <FleetRows member={member()} />}
              </Show>
            )}
          </For>
        </TableBody>
      </Table>
    </div>
  );
}

function FleetRows(props: { member: FleetMember }) {
  const busy = useBusy(() => props.member.deployment);
  const progress = useProgress(() => props.member.deployment.id);
  const failure = () => (busy() ? null : props.member.readiness.failure);
  return (
    <>
      <MemberRow member={props.member} busy={busy()} joined={Boolean(progress() ?? failure()?.error)} />
      <Show when={progress()}>
        {(running) => (
          <DetailRow>
            <ProgressLine progress={running()} />
          </DetailRow>
        )}
      </Show>
      <Show when={failure()?.error}>
        {(error) => (
          <DetailRow>
            <FailureNote failure={error()} acts={<FailureActs member={props.member} />} />
          </DetailRow>
        )}
      </Show>
    </>
  );
}

function DetailRow(props: { children: import('solid-js').JSX.Element }) {
  return (
    <Tr class="detail">
      <Td class="t-mark" />
      <Td colspan="7">{props.children}</Td>
    </Tr>
  );
}

function FailureActs(props: { member: FleetMember }) {
  const { t } = useI18n();
  return (
    <a class="btn small" href={`/backups/${props.member.readiness.failure?.id}`}>
      {t('overview.whatHappened')}
    </a>
  );
}

function MemberRow(props: { member: FleetMember; busy: Busy | null; joined: boolean }) {
  const { t, f } = useI18n();
  const { deployment } = props.member;
  const look = () =>
    props.busy ? ({ mark: 'running', tone: 'running' } as const) : lookOf(props.member.readiness.state);
  const good = () => props.member.readiness.lastGood;
  return (
    <Tr class={props.joined ? 'joined' : ''}>
      <Td class="t-mark">
        <Mark name={look().mark} tone={look().tone} />
      </Td>
      <RowHead class="t-name at-1">
        <a href={`/deployments/${deployment.name}`}>{deployment.name}</a>
        <span class="sub">{scopeWords(t, props.member.deployment)}</span>
      </RowHead>
      <Td class="at-2 keep">
        <Word tone={look().tone}>
          {props.busy ? t('operation.running', props.busy.kind) : t('deployments.state', props.member.readiness.state)}
        </Word>
        <span class="sub">
          <Show
            when={props.member.readiness.state === 'tested' && props.member.deployment.restoreTest}
            fallback={t('deployments.stateNote', props.member.readiness.state)}
          >
            {(test) => t('restoreTests.about', test().restoreMs)}
          </Show>
        </span>
      </Td>
      <Td data-label={t('overview.lastGood')}>
        <Show when={good()} fallback={<span class="faint">{t('common.never')}</span>}>
          {(backup) => <AgeText at={backup().createdAt} />}
        </Show>
      </Td>
      <Td data-label={t('overview.nextRun')}>
        <Show when={props.member.policy?.nextRunAt} fallback={<span class="faint">{t('deployments.off')}</span>}>
          {(at) => <AgeText at={at()} />}
        </Show>
      </Td>
      <Td class="wide-only">
        <HistoryStrip backups={props.member.backups} />
      </Td>
      <Td class="num narrow-hide">
        <Show when={good()?.sizeBytes != null} fallback={<span class="faint">–</span>}>
          {f.bytes(good()?.sizeBytes ?? 0)}
        </Show>
      </Td>
      <Td class="row-end">
        <MemberActs member={props.member} busy={props.busy} />
      </Td>
    </Tr>
  );
}

function MemberActs(props: { member: FleetMember; busy: Busy | null }) {
  const { t } = useI18n();
  const openPlan = useOpenPlan();
  const good = () => props.member.readiness.lastGood;
  return (
    <div class="row-acts">
      <BackUpNow deployment={props.member.deployment} busy={props.busy} class="small" reason="short" named />
      <GuardedButton
        busy={props.busy}
        unavailable={good() ? null : t('restores.nothingYet')}
        class="small"
        reason="elsewhere"
        label={t('restores.restoreAskOf', props.member.deployment.name)}
        onPress={() => openPlan(good()?.id)}
      >
        {t('restores.restoreAsk')}
      </GuardedButton>
    </div>
  );
}
