// What is to be said of the disks: whose only copy lies where its database or the ledger does, and of whose it is not known.
import { useQuery } from '@tanstack/solid-query';
import { For, Show } from 'solid-js';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Mark } from '../marks/mark.tsx';

/** Nothing while every backup has a copy on a disk of its own. */
export function DiskNotes() {
  const { t } = useI18n();
  const api = useApi();
  const disks = useQuery(() => ({ ...api.destinations.disks.query(), refetchOnMount: 'always' as const }));
  const lines = () => [
    ...(disks.data?.shared ?? []).map(({ deploymentName, with: sharers }) =>
      t('destinations.disksShared', deploymentName, sharers),
    ),
    ...(disks.data?.unknown ?? []).map(({ deploymentName, reason }) =>
      t('destinations.disksUnknown', deploymentName, reason),
    ),
  ];
  return (
    <Show when={lines().length > 0}>
      <div class="why">
        <Mark name="attention" tone="attention" />
        <div class="why-text">
          <For each={lines()}>{(line) => <p>{line}</p>}</For>
          <p class="sub">
            {disks.data?.shared.length ? t('destinations.disksHint') : t('destinations.disksUnknownHint')}
          </p>
        </div>
      </div>
    </Show>
  );
}
