import type { Deployment } from '@holdfast/shared/deployment';
import { useMutation, useQuery } from '@tanstack/solid-query';
import Plus from 'lucide-solid/icons/plus';
import { createSignal, For, Show } from 'solid-js';
import { Bones } from '../controls/bones.tsx';
import { ConfirmDialog } from '../controls/confirm-dialog.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { HeadCell, RowHead, Table, TableBody, TableHead, Td, Tr } from '../controls/table.tsx';
import { Word } from '../controls/word.tsx';
import { useApi } from '../data/api-context.tsx';
import { DeploymentDialog } from '../deployments/deployment-dialog.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { useBusy } from '../operations/busy.ts';
import { Section } from '../shell/page.tsx';

/** The registered deployments: add, change, remove. */
export function DeploymentsSection() {
  const { t } = useI18n();
  const api = useApi();
  const deployments = useQuery(() => api.deployments.list.query());
  const [isAdding, setAdding] = createSignal(false);
  const [changing, setChanging] = createSignal<Deployment>();
  const [removing, setRemoving] = createSignal<Deployment>();
  return (
    <Section
      first
      id="deployments"
      title={t('settings.deployments')}
      note={t('settings.deploymentsNote')}
      end={
        <button class="btn small" type="button" onClick={() => setAdding(true)}>
          <Plus class="icon" aria-hidden="true" />
          {t('deployments.registerAsk')}
        </button>
      }
    >
      <RefusalNote error={deployments.error} />
      <Show when={deployments.data} fallback={<Bones lines={3} />}>
        {(list) => (
          <Show when={list().length > 0} fallback={<p class="muted">{t('overview.nothing')}</p>}>
            <DeploymentTable deployments={list()} onChange={setChanging} onRemove={setRemoving} />
          </Show>
        )}
      </Show>
      <DeploymentDialog open={isAdding()} onClose={() => setAdding(false)} />
      <DeploymentDialog
        open={changing() !== undefined}
        deployment={changing()}
        onClose={() => setChanging(undefined)}
      />
      <RemoveDeployment deployment={removing()} onClose={() => setRemoving(undefined)} />
    </Section>
  );
}

interface TableProps {
  deployments: readonly Deployment[];
  onChange: (deployment: Deployment) => void;
  onRemove: (deployment: Deployment) => void;
}

function DeploymentTable(props: TableProps) {
  const { t } = useI18n();
  return (
    <div class="wide">
      <Table class="plain fold">
        <TableHead>
          <Tr>
            <HeadCell>{t('deployments.name')}</HeadCell>
            <HeadCell>{t('deployments.hosts')}</HeadCell>
            <HeadCell>{t('deployments.scope')}</HeadCell>
            <HeadCell>MongoDB</HeadCell>
            <HeadCell>{t('common.state')}</HeadCell>
            <HeadCell>
              <span class="visually-hidden">{t('common.actions')}</span>
            </HeadCell>
          </Tr>
        </TableHead>
        <TableBody>
          <For each={props.deployments}>
            {(deployment) => (
              <DeploymentRow
                deployment={deployment}
                onChange={() => props.onChange({ ...deployment })}
                onRemove={() => props.onRemove({ ...deployment })}
              />
            )}
          </For>
        </TableBody>
      </Table>
    </div>
  );
}

function DeploymentRow(props: { deployment: Deployment; onChange: () => void; onRemove: () => void }) {
  const { t } = useI18n();
  const busy = useBusy(() => props.deployment);
  return (
    <Tr>
      <RowHead class="at-1">
        <b>{props.deployment.name}</b>
      </RowHead>
      <Td data-label={t('deployments.hosts')}>
        <span class="code">{props.deployment.hosts.join(', ')}</span>
        <span class="sub">{props.deployment.replicaSet}</span>
      </Td>
      <Td data-label={t('deployments.scope')}>{props.deployment.database ?? t('deployments.allDatabases')}</Td>
      <Td data-label="MongoDB">{props.deployment.serverVersion ?? '–'}</Td>
      <Td class="at-2">
        <Show when={busy()} fallback={<StandingWord deployment={props.deployment} />}>
          {(operation) => (
            <Word mark="running" tone="running">
              {t('operation.running', operation().kind)}
            </Word>
          )}
        </Show>
      </Td>
      <Td>
        <div class="row-acts">
          <button
            class="btn small"
            type="button"
            aria-label={t('deployments.changeOf', props.deployment.name)}
            onClick={() => props.onChange()}
          >
            {t('deployments.change')}
          </button>
          <button
            class="btn small quiet danger"
            type="button"
            disabled={busy() !== null}
            aria-label={t('deployments.removeOf', props.deployment.name)}
            onClick={() => props.onRemove()}
          >
            {t('deployments.removeAsk')}
          </button>
        </div>
      </Td>
    </Tr>
  );
}

function StandingWord(props: { deployment: Deployment }) {
  const { t } = useI18n();
  return (
    <Show
      when={props.deployment.isConnected}
      fallback={
        <Word mark="attention" tone="attention">
          {t('deployments.needsConnection')}
        </Word>
      }
    >
      <span class="faint">{t('deployments.idle')}</span>
    </Show>
  );
}

function RemoveDeployment(props: { deployment: Deployment | undefined; onClose: () => void }) {
  const { t } = useI18n();
  const api = useApi();
  const remove = useMutation(() => api.deployments.remove.mutation());
  return (
    <ConfirmDialog
      open={props.deployment !== undefined}
      onClose={props.onClose}
      title={t('deployments.removeTitle', props.deployment?.name ?? '')}
      action={t('deployments.remove')}
      run={() => remove.mutateAsync({ id: props.deployment?.id ?? '' })}
    >
      <p>{t('deployments.removeEffect')}</p>
    </ConfirmDialog>
  );
}
