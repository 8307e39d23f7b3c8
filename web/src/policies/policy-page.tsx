// The policy of a deployment: on or off, at which hour of which zone, how many are kept, how long an operation may take.
import type { Policy } from '@holdfast/shared/policy';
import { useParams } from '@solidjs/router';
import { useQuery } from '@tanstack/solid-query';
import { Show } from 'solid-js';
import { Bones } from '../controls/bones.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { useApi } from '../data/api-context.tsx';
import { createDeployment } from '../deployments/find-deployment.ts';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Page, Verdict } from '../shell/page.tsx';
import { PolicyForm } from './policy-form.tsx';
import { policyWords } from './policy-words.ts';

export function PolicyPage() {
  const { t } = useI18n();
  const api = useApi();
  const params = useParams();
  const policy = useQuery(() => api.policies.byId.query({ id: params.id ?? '' }));
  const deployment = createDeployment(() => policy.data?.deploymentId);
  const name = () => deployment()?.name ?? '…';
  return (
    <Page
      title={t('policies.policyOf', name())}
      crumbs={[{ label: t('shell.policies'), href: '/policies' }, { label: name() }]}
    >
      <RefusalNote error={policy.error} />
      <Show
        when={policy.data}
        fallback={
          <Show when={!policy.error}>
            <Bones lines={5} />
          </Show>
        }
      >
        {(known) => (
          <>
            <PolicyVerdict policy={known()} name={name()} />
            <PolicyForm policy={known()} />
          </>
        )}
      </Show>
    </Page>
  );
}

function PolicyVerdict(props: { policy: Policy; name: string }) {
  const { t } = useI18n();
  return (
    <Verdict
      small
      mark={props.policy.enabled ? undefined : 'paused'}
      tone="off"
      answer={t('policies.policyOf', props.name)}
      facts={sentence(policyWords(t, props.policy))}
      actions={
        <a class="btn" href={`/deployments/${props.name}`}>
          {t('policies.openDeployment', props.name)}
        </a>
      }
    />
  );
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
