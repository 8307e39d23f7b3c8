// The form of a destination: name, place, access key, the test of the place, and what is wrong.
import type { Destination } from '@holdfast/shared/destination';
import { useMutation, useQueryClient } from '@tanstack/solid-query';
import { type Accessor, createEffect, createSignal, on } from 'solid-js';
import { useToast } from '../controls/toasts.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';

export interface DestinationFormOptions {
  /** Each opening begins with what is registered. */
  readonly isOpen: Accessor<boolean>;
  /** The one to change; undefined for a new one. */
  readonly destination: Accessor<Destination | undefined>;
  readonly onDone: () => void;
}

export function createDestinationForm(options: DestinationFormOptions) {
  const { t } = useI18n();
  const [name, setName] = createSignal('');
  const [url, setUrl] = createSignal('');
  const [accessKeyId, setAccessKeyId] = createSignal('');
  const [secretAccessKey, setSecretAccessKey] = createSignal('');
  const [isChecked, setChecked] = createSignal(false);
  const calls = createCalls(options.onDone);
  createEffect(
    on(options.isOpen, (isOpen) => {
      if (!isOpen) return;
      setName(options.destination()?.name ?? '');
      setUrl(options.destination()?.url ?? '');
      setAccessKeyId('');
      setSecretAccessKey('');
      setChecked(false);
      calls.reset();
    }),
  );
  const credentials = () =>
    accessKeyId() && secretAccessKey() ? { accessKeyId: accessKeyId(), secretAccessKey: secretAccessKey() } : null;
  const isHalfKey = () => (accessKeyId() === '') !== (secretAccessKey() === '');
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setChecked(true);
    if (!isName(name()) || !url() || isHalfKey()) return;
    calls.save(options.destination(), { name: name(), url: url(), credentials: credentials() });
  };
  const changing =
    (set: (value: string) => void) =>
    (value: string): void => {
      set(value.trim());
      calls.test.reset();
    };
  return {
    ...{ name, setName, url, accessKeyId, secretAccessKey, submit },
    setUrl: changing(setUrl),
    setAccessKeyId: changing(setAccessKeyId),
    setSecretAccessKey: changing(setSecretAccessKey),
    isBucket: () => url().startsWith('s3:'),
    test: calls.test,
    runTest: () => {
      const known = options.destination();
      const isAsKnown = known !== undefined && known.url === url() && credentials() === null;
      calls.test.mutate(isAsKnown ? { id: known.id } : { url: url(), credentials: credentials() });
    },
    isSaving: calls.isSaving,
    error: calls.error,
    nameProblem: () => (isChecked() && !isName(name()) ? t('deployments.nameProblem') : null),
    urlProblem: () => (isChecked() && !url() ? t('destinations.urlProblem') : null),
    keyProblem: () => (isChecked() && isHalfKey() ? t('destinations.keyProblem') : null),
  };
}

interface Entered {
  readonly name: string;
  readonly url: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | null;
}

function createCalls(onDone: () => void) {
  const { t } = useI18n();
  const api = useApi();
  const toast = useToast();
  const queries = useQueryClient();
  const test = useMutation(() => api.destinations.test.mutation());
  const add = useMutation(() => api.destinations.add.mutation());
  const update = useMutation(() => api.destinations.update.mutation());
  const done = (title: string) => {
    toast({ mark: 'ok', tone: 'safe', title });
    void queries.invalidateQueries({ queryKey: api.destinations.list.key() });
    onDone();
  };
  return {
    test,
    isSaving: () => add.isPending || update.isPending,
    error: () => add.error ?? update.error ?? test.error,
    reset: () => {
      for (const mutation of [test, add, update]) mutation.reset();
    },
    save: (known: Destination | undefined, { name, url, credentials }: Entered) => {
      if (!known)
        return add.mutate({ name, url, credentials }, { onSuccess: () => done(t('destinations.added', name)) });
      const change = {
        id: known.id,
        ...(name === known.name ? {} : { name }),
        ...(url === known.url ? {} : { url }),
        ...(credentials === null ? {} : { credentials }),
      };
      update.mutate(change, { onSuccess: () => done(t('destinations.changed', name)) });
    },
  };
}

function isName(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text);
}
