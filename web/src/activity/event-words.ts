// An event as a sentence in the reader's language.
import type { LedgerEvent } from '@holdfast/shared/events';
import { useQuery } from '@tanstack/solid-query';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';

export interface EventWords {
  /** What the event is about: a deployment's name, or nothing. */
  subject(event: LedgerEvent): string;
  sentence(event: LedgerEvent): string;
}

/** Knows the names of the present deployments; one that has gone is called by the end of its id. */
export function createEventWords(): EventWords {
  const { t } = useI18n();
  const api = useApi();
  const deployments = useQuery(() => api.deployments.list.query());
  // Each entry takes the data of its own type, which the dictionary's type guarantees; the union has no single signature.
  const say = t as unknown as (path: string, data: unknown) => string;
  return {
    sentence: (event) => say(`events.${event.type}`, event.data),
    subject: (event) => {
      const data = event.data as { deploymentName?: string; name?: string; deploymentId?: string };
      if (event.type === 'PolicyChanged') return nameOf(data.deploymentId);
      return data.deploymentName ?? data.name ?? nameOf(data.deploymentId);
    },
  };

  function nameOf(id: string | undefined): string {
    if (id === undefined) return '';
    return deployments.data?.find((deployment) => deployment.id === id)?.name ?? `…${id.slice(-6)}`;
  }
}
