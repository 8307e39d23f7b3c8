// The form of a deployment: name, connection string, the test of the connection, and what is wrong.
import type { Deployment } from '@holdfast/shared/deployment';
import { useMutation } from '@tanstack/solid-query';
import { type Accessor, createEffect, createSignal, on } from 'solid-js';
import { useToast } from '../controls/toasts.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';

export interface DeploymentFormOptions {
  /** Each opening begins with what is registered. */
  readonly isOpen: Accessor<boolean>;
  /** The one to change; undefined for a new one. */
  readonly deployment: Accessor<Deployment | undefined>;
  readonly onDone: () => void;
}

export function createDeploymentForm(options: DeploymentFormOptions) {
  const { t } = useI18n();
  const [name, setName] = createSignal('');
  const [uri, setUri] = createSignal('');
  const [isChecked, setChecked] = createSignal(false);
  const calls = createCalls(options.onDone);
  createEffect(
    on(options.isOpen, (isOpen) => {
      if (!isOpen) return;
      setName(options.deployment()?.name ?? '');
      setUri('');
      setChecked(false);
      calls.reset();
    }),
  );
  const isNew = () => options.deployment() === undefined;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setChecked(true);
    if (isName(name()) && (uri() || !isNew())) calls.save(options.deployment(), name(), uri());
  };
  return {
    name,
    setName,
    uri,
    setUri: (value: string) => {
      setUri(value.trim());
      calls.test.reset();
    },
    test: calls.test,
    runTest: () => calls.test.mutate({ uri: uri() }),
    submit,
    isSaving: calls.isSaving,
    error: calls.error,
    nameProblem: () => (isChecked() && !isName(name()) ? t('deployments.nameProblem') : null),
    uriProblem: () => (isChecked() && isNew() && !uri() ? t('deployments.uriProblem') : null),
  };
}

function createCalls(onDone: () => void) {
  const { t } = useI18n();
  const api = useApi();
  const toast = useToast();
  const test = useMutation(() => api.deployments.test.mutation());
  const register = useMutation(() => api.deployments.register.mutation());
  const update = useMutation(() => api.deployments.update.mutation());
  const done = (title: string) => {
    toast({ mark: 'ok', tone: 'safe', title });
    onDone();
  };
  return {
    test,
    isSaving: () => register.isPending || update.isPending,
    error: () => register.error ?? update.error ?? test.error,
    reset: () => {
      for (const mutation of [test, register, update]) mutation.reset();
    },
    save: (known: Deployment | undefined, name: string, uri: string) => {
      if (!known) return register.mutate({ name, uri }, { onSuccess: () => done(t('deployments.registered', name)) });
      const change = { id: known.id, ...(name === known.name ? {} : { name }), ...(uri ? { uri } : {}) };
      update.mutate(change, { onSuccess: () => done(t('deployments.changed', name)) });
    },
  };
}

function isName(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text);
}
