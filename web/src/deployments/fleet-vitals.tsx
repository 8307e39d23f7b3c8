import { useQuery } from '@tanstack/solid-query';
import { Match, Switch } from 'solid-js';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';
import { useLive } from '../live/live-context.tsx';
import { Vitals } from '../shell/page.tsx';
import type { FleetMember } from './fleet.ts';

/** The newest good backup, the next run, the room left for archives, and where the ledger stands. */
export function FleetVitals(props: { members: readonly FleetMember[] }) {
  const { t, f } = useI18n();
  const live = useLive();
  const api = useApi();
  const info = useQuery(() => api.system.info.query());
  const newest = () => best(props.members, ({ readiness }) => readiness.lastGood?.createdAt ?? '', 1);
  const next = () => best(props.members, ({ policy }) => policy?.nextRunAt ?? '', -1);
  const storage = () => info.data?.storage;
  return (
    <Vitals
      facts={[
        {
          label: t('overview.newest'),
          value: newest()?.deployment.name ?? t('common.none'),
          note: ago(f, newest()?.readiness.lastGood?.createdAt),
        },
        {
          label: t('overview.nextRun'),
          value: next()?.deployment.name ?? t('common.none'),
          note: ago(f, next()?.policy?.nextRunAt),
        },
        {
          label: t('overview.storage'),
          value:
            storage()?.freeBytes == null ? t('overview.storageUnknown') : t('overview.free', storage()?.freeBytes ?? 0),
          note: <StorageNote total={storage()?.totalBytes ?? null} />,
        },
        {
          label: t('overview.ledger'),
          value: <a class="pos" href="/activity">{`#${f.count(live.status().position)}`}</a>,
          note: t('overview.ledgerNote'),
        },
      ]}
    />
  );
}

/** How much room there is in all, unless something is wrong at the destination. */
function StorageNote(props: { total: number | null }) {
  const { t } = useI18n();
  const api = useApi();
  const destinations = useQuery(() => api.destinations.list.query());
  const missing = () => destinations.data?.flatMap((destination) => destination.missing).length ?? 0;
  const isStopped = () =>
    destinations.data?.some(({ problem, lastReconciliation }) => problem ?? lastReconciliation?.problem) ?? false;
  const failing = () => destinations.data?.reduce((sum, destination) => sum + destination.failing, 0) ?? 0;
  const disks = useQuery(() => api.destinations.disks.query());
  const total = () => (props.total === null ? '' : t('overview.ofTotal', props.total));
  return (
    <Switch fallback={total()}>
      <Match when={missing() > 0 || isStopped()}>
        <a class="danger" href="/settings#destination">
          {t('destinations.attention', missing(), isStopped())}
        </a>
      </Match>
      <Match when={failing() > 0}>
        {total()}{' '}
        <a class="attention" href="/settings#destination">
          {t('destinations.failing', failing())}
        </a>
      </Match>
      <Match when={disks.data?.shared.length}>
        {total()}{' '}
        <a class="attention" href="/settings#destination">
          {t('destinations.disksAttention')}
        </a>
      </Match>
    </Switch>
  );
}

function ago(f: ReturnType<typeof useI18n>['f'], at: string | null | undefined): string {
  return at ? f.relative(at, now()) : '';
}

/** The member with the greatest (1) or least (-1) key; members without a key do not count. */
function best(
  members: readonly FleetMember[],
  key: (member: FleetMember) => string,
  order: 1 | -1,
): FleetMember | undefined {
  const candidates = members.filter((member) => key(member) !== '');
  return candidates.toSorted((a, b) => (key(a) < key(b) ? order : -order))[0];
}
