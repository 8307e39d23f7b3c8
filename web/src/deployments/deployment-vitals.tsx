import { Show } from 'solid-js';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';
import { policyWords } from '../policies/policy-words.ts';
import { Vitals } from '../shell/page.tsx';
import { hostWords } from './deployment-words.ts';
import type { FleetMember } from './fleet.ts';

/** Where it is, how much of it is backed up, and its policy in a few words. */
export function DeploymentVitals(props: { member: FleetMember }) {
  const { t, f } = useI18n();
  const deployment = () => props.member.deployment;
  const policy = () => props.member.policy;
  return (
    <Vitals
      facts={[
        {
          label: t('deployments.deployment'),
          value: deployment().replicaSet ?? hostWords(deployment().hosts),
          note: [deployment().replicaSet ? hostWords(deployment().hosts) : '', version(deployment().serverVersion)]
            .filter(Boolean)
            .join(', '),
        },
        {
          label: t('deployments.scope'),
          value: deployment().database ?? t('deployments.allDatabases'),
        },
        {
          label: t('restoreTests.expected'),
          value: (
            <Show when={deployment().restoreTest} fallback={<span class="faint">{t('restoreTests.notMeasured')}</span>}>
              {(test) => f.duration(test().restoreMs)}
            </Show>
          ),
          note: (
            <Show when={deployment().restoreTest}>
              {(test) => (
                <a href={`/backups/${test().backupId}`}>{t('restoreTests.measured', f.near(test().at, now()))}</a>
              )}
            </Show>
          ),
        },
        {
          label: t('policies.policy'),
          value: <Show when={policy()}>{(known) => policyWords(t, known())}</Show>,
          note: (
            <Show when={policy()}>{(known) => <a href={`/policies/${known().id}`}>{t('policies.change')}</a>}</Show>
          ),
        },
        {
          label: t('overview.nextRun'),
          value: policy()?.nextRunAt ? f.near(policy()?.nextRunAt ?? 0, now()) : t('deployments.off'),
          note: policy()?.nextRunAt ? f.relative(policy()?.nextRunAt ?? 0, now()) : '',
        },
      ]}
    />
  );
}

function version(serverVersion: string | null): string {
  return serverVersion ? `MongoDB ${serverVersion}` : '';
}
