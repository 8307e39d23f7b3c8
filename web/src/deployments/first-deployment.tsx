// The overview before there is anything to protect.
import { createSignal } from 'solid-js';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Mark } from '../marks/mark.tsx';
import { Verdict } from '../shell/page.tsx';
import { DeploymentDialog } from './deployment-dialog.tsx';

export function FirstDeployment() {
  const { t } = useI18n();
  const [isOpen, setOpen] = createSignal(false);
  return (
    <>
      <Verdict
        mark="todo"
        tone="off"
        answer={t('overview.nothing')}
        rest={t('overview.oneStep')}
        facts={t('overview.theLine')}
      />
      <ol class="setup">
        <li>
          <Mark name="todo" />
          <h2>{t('deployments.connect')}</h2>
          <p>{t('deployments.connectText')}</p>
          <button class="btn primary" type="button" onClick={() => setOpen(true)}>
            {t('deployments.registerAsk')}
          </button>
        </li>
      </ol>
      <DeploymentDialog open={isOpen()} onClose={() => setOpen(false)} />
    </>
  );
}
