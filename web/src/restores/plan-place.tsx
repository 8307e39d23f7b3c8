import type { RestorePlan } from '@holdfast/shared/restore-plan';
import { useI18n } from '../i18n/i18n-context.tsx';

/** Where a plan writes to: deployment, hosts, databases. */
export function PlanPlace(props: { plan: RestorePlan }) {
  const { t } = useI18n();
  return (
    <dl class="facts plan-facts">
      <dt>{t('deployments.deployment')}</dt>
      <dd>
        {props.plan.deploymentName}
        <span class="sub">{props.plan.hosts.join(', ')}</span>
      </dd>
      <dt>{t('restores.databases', databasesOf(props.plan).length)}</dt>
      <dd class="code">{databasesOf(props.plan).join(', ')}</dd>
    </dl>
  );
}

/** The databases that the plan writes to. */
export function databasesOf(plan: RestorePlan): string[] {
  return [...new Set(plan.namespaces.map(({ target }) => target.slice(0, target.indexOf('.'))))];
}
