// Registers a deployment, or changes its name or connection. The connection is tested before it is kept; the string is
// sealed by the server and never shown again.
import type { Deployment } from '@holdfast/shared/deployment';
import Check from 'lucide-solid/icons/check';
import { For, Show } from 'solid-js';
import { TextField } from '../controls/field.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { SheetDialog } from '../controls/sheet-dialog.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { createDeploymentForm } from './deployment-form.ts';

export interface DeploymentDialogProps {
  open: boolean;
  onClose: () => void;
  /** The one to change; a new one without it. */
  deployment?: Deployment | undefined;
}

export function DeploymentDialog(props: DeploymentDialogProps) {
  const { t } = useI18n();
  const form = createDeploymentForm({
    isOpen: () => props.open,
    deployment: () => props.deployment,
    onDone: () => props.onClose(),
  });
  return (
    <SheetDialog
      open={props.open}
      onClose={props.onClose}
      title={props.deployment ? t('deployments.changeTitle', props.deployment.name) : t('deployments.registerTitle')}
      footer={
        <>
          <button class="btn" type="button" onClick={() => props.onClose()}>
            {t('common.goBack')}
          </button>
          <button class="btn" type="button" disabled={!form.uri() || form.test.isPending} onClick={form.runTest}>
            {form.test.isPending ? t('deployments.testing') : t('deployments.test')}
          </button>
          <button class="btn primary" type="submit" form="deployment-form" disabled={form.isSaving()}>
            {props.deployment ? t('deployments.saveChange') : t('deployments.register')}
          </button>
        </>
      }
    >
      <form id="deployment-form" class="dialog-text stacked" novalidate onSubmit={form.submit}>
        <TextField
          label={t('deployments.name')}
          hint={t('deployments.nameHint')}
          value={form.name()}
          error={form.nameProblem()}
          onInput={form.setName}
        />
        <TextField
          label={t('deployments.uri')}
          hint={props.deployment ? t('deployments.uriKept') : t('deployments.uriHint')}
          placeholder="mongodb://user:password@host:27017/?authSource=admin"
          value={form.uri()}
          error={form.uriProblem()}
          onInput={form.setUri}
          code
        />
        <TestResult found={form.test.data} />
        <RefusalNote error={form.error()} />
      </form>
    </SheetDialog>
  );
}

interface Found {
  hosts: readonly string[];
  database: string | null;
  serverVersion: string | null;
  replicaSet: string | null;
}

function TestResult(props: { found: Found | undefined }) {
  const { t } = useI18n();
  const facts = () => {
    const found = props.found;
    if (!found) return [];
    const scope = found.database ? t('deployments.oneDatabase', found.database) : t('deployments.allDatabases');
    return [found.hosts.join(', '), found.replicaSet, `MongoDB ${found.serverVersion ?? ''}`, scope].filter(Boolean);
  };
  return (
    <p class="found" role="status">
      <Show when={props.found}>
        <b class="text">{t('deployments.answers')}</b>
      </Show>
      <For each={facts()}>
        {(fact) => (
          <span>
            <Check class="icon" aria-hidden="true" />
            {fact}
          </span>
        )}
      </For>
    </p>
  );
}
