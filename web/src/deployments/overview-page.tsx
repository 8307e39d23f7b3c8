// "Is everything safe?" in one sentence, then each deployment.
import { createMemo, Show } from 'solid-js';
import { DamagedBackups, UnrestorableBackups } from '../backups/damaged-backups.tsx';
import { Bones } from '../controls/bones.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { useLive } from '../live/live-context.tsx';
import { Page, Verdict } from '../shell/page.tsx';
import { FirstDeployment } from './first-deployment.tsx';
import { createFleet, type FleetMember } from './fleet.ts';
import { FleetTable } from './fleet-table.tsx';
import { FleetVitals } from './fleet-vitals.tsx';
import { isReady, lookOf, needsSomebody } from './readiness.ts';

export function OverviewPage() {
  const { t } = useI18n();
  const fleet = createFleet();
  return (
    <Page title={t('shell.overview')}>
      <RefusalNote error={fleet.error()} />
      <Show when={fleet.members()} fallback={<Bones lines={6} />}>
        {(members) => (
          <Show when={members().length > 0} fallback={<FirstDeployment />}>
            <FleetVerdict members={members()} />
            <DamagedBackups />
            <UnrestorableBackups />
            <FleetVitals members={members()} />
            <FleetTable members={members()} />
          </Show>
        )}
      </Show>
    </Page>
  );
}

function FleetVerdict(props: { members: readonly FleetMember[] }) {
  const { t } = useI18n();
  const live = useLive();
  const count = createMemo(() => countFleet(props.members));
  const worst = () => props.members.find(({ readiness }) => readiness.failure !== null) ?? firstInNeed(props.members);
  const look = () => lookOf(worst()?.readiness.state ?? (count().unproven > 0 ? 'written' : 'verified'));
  return (
    <Verdict
      mark={look().mark}
      tone={look().tone}
      answer={
        count().needing > 0
          ? t('overview.needYou', count().needing, props.members.length)
          : t('overview.allGood', props.members.length)
      }
      rest={t('overview.rest', {
        ready: count().needing > 0 ? count().ready : 0,
        paused: count().paused,
        running: live.operations.length,
      })}
      facts={<FleetFacts members={props.members} />}
    />
  );
}

function FleetFacts(props: { members: readonly FleetMember[] }) {
  const { t } = useI18n();
  const without = () =>
    props.members.filter(({ readiness }) => !readiness.lastGood).map(({ deployment }) => deployment.name);
  return (
    <Show when={without().length > 0} fallback={t('overview.everyOne')}>
      {t('overview.without', without())}
    </Show>
  );
}

function firstInNeed(members: readonly FleetMember[]): FleetMember | undefined {
  return members.find(({ readiness }) => needsSomebody(readiness.state));
}

function countFleet(members: readonly FleetMember[]) {
  const count = (test: (member: FleetMember) => boolean) => members.filter(test).length;
  return {
    needing: count(({ readiness }) => needsSomebody(readiness.state)),
    ready: count(({ readiness }) => isReady(readiness.state)),
    unproven: count(({ readiness }) => readiness.state === 'written'),
    paused: count(({ readiness }) => readiness.state === 'paused'),
  };
}
