// What is filled in before a dump is imported, and the sending of it.
import type { Backup } from '@holdfast/shared/backup';
import type { Deployment } from '@holdfast/shared/deployment';
import { useMutation, useQuery } from '@tanstack/solid-query';
import { createEffect, createSignal, onCleanup } from 'solid-js';
import { useApi } from '../data/api-context.tsx';
import { refusedWith } from '../data/refusal.ts';
import { sendDump } from '../data/send-dump.ts';

/** The draft of an import for this deployment, unless another one is chosen. Leaving it stops what is being sent. */
export function createImportDraft(deployment: Deployment) {
  const api = useApi();
  const deployments = useQuery(() => api.deployments.list.query());
  const [deploymentId, setDeploymentId] = createSignal<string>(deployment.id);
  const [file, setFile] = createSignal<File | null>(null);
  const [namespace, setNamespace] = createSignal('');
  const [takenAt, setTakenAt] = createSignal('');
  const [sent, setSent] = createSignal(0);
  let stop = new AbortController();
  onCleanup(() => stop.abort());
  const send = useMutation(() => ({
    mutationFn: (chosen: File): Promise<Backup> =>
      sendDump({
        file: chosen,
        deploymentId: deploymentId(),
        namespace: needsNamespace() ? namespace().trim() : null,
        takenAt: new Date(takenAt() || chosen.lastModified).toISOString(),
        onSent: setSent,
        signal: stop.signal,
      }),
  }));
  // The browser asks before it ends what is being sent.
  createEffect(() => {
    if (!send.isPending) return;
    window.addEventListener('beforeunload', askFirst);
    onCleanup(() => window.removeEventListener('beforeunload', askFirst));
  });
  const needsNamespace = () => isBson(file()) || refusedWith(send.error, 'IMPORT_NAMESPACE_MISSING');
  const choose = (chosen: File | null) => {
    send.reset();
    setFile(chosen);
    setTakenAt(chosen === null ? '' : localMinute(new Date(chosen.lastModified)));
  };
  return {
    ...{ deploymentId, setDeploymentId, file, choose, namespace, setNamespace, takenAt, setTakenAt, sent },
    deployments: () => deployments.data ?? [deployment],
    needsNamespace,
    isReady: () => file() !== null && (!needsNamespace() || /^[^.]+\..+/.test(namespace().trim())),
    isSending: () => send.isPending,
    backup: () => send.data,
    error: () => send.error,
    submit(event: SubmitEvent) {
      event.preventDefault();
      const chosen = file();
      if (chosen === null || send.isPending) return;
      stop = new AbortController();
      setSent(0);
      send.mutate(chosen);
    },
    stop() {
      stop.abort();
      send.reset();
    },
  };
}

export type ImportDraft = ReturnType<typeof createImportDraft>;

function askFirst(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

/** The collection that the name of a `.bson` file speaks of. */
export function collectionOf(file: File | null): string {
  return file === null ? 'orders' : file.name.replace(/\.bson(?:\.gz)?$/, '');
}

function isBson(file: File | null): boolean {
  return file !== null && /\.bson(?:\.gz)?$/.test(file.name);
}

/** As a field of local time wants it. */
function localMinute(time: Date): string {
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
