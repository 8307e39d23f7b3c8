// Asks before an archive is taken into the ledger, and for which deployment, when its own is not registered.
import type { UnknownArchive } from '@holdfast/shared/destination';
import { useMutation, useQuery, useQueryClient } from '@tanstack/solid-query';
import { createEffect, createSignal, For } from 'solid-js';
import { Field } from '../controls/field.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { SheetDialog } from '../controls/sheet-dialog.tsx';
import { useToast } from '../controls/toasts.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';

export interface AdoptDialogProps {
  /** Where it lies. */
  destinationId: string;
  archive: UnknownArchive | undefined;
  onClose: () => void;
}

export function AdoptDialog(props: AdoptDialogProps) {
  const { t, f } = useI18n();
  const adoption = createAdoption(
    () => props.destinationId,
    () => props.archive,
    () => props.onClose(),
  );
  return (
    <SheetDialog
      open={props.archive !== undefined}
      onClose={props.onClose}
      title={t('destinations.adoptTitle', f.moment(props.archive?.manifest?.startedAt ?? 0))}
      footer={
        <>
          <button class="btn" type="button" onClick={() => props.onClose()}>
            {t('common.goBack')}
          </button>
          <button
            class="btn primary"
            type="submit"
            form="adopt-form"
            disabled={adoption.isPending() || adoption.deploymentId() === ''}
          >
            {adoption.isPending() ? t('destinations.adopting') : t('destinations.adopt')}
          </button>
        </>
      }
    >
      <form id="adopt-form" class="dialog-text stacked" onSubmit={adoption.submit}>
        <p>
          {t(
            props.archive?.status === 'completed' ? 'destinations.adoptCopyEffect' : 'destinations.adoptEffect',
            props.archive?.sizeBytes ?? 0,
          )}
        </p>
        <Field label={t('deployments.deployment')} hint={t('destinations.adoptFor')}>
          {(ids) => (
            <select
              class="input"
              id={ids.id}
              aria-describedby={ids.describedBy}
              onChange={(event) => adoption.choose(event.currentTarget.value)}
            >
              <option value="" selected={adoption.deploymentId() === ''}>
                {t('destinations.choose')}
              </option>
              <For each={adoption.deployments()}>
                {({ id, name }) => (
                  <option value={id} selected={id === adoption.deploymentId()}>
                    {name}
                  </option>
                )}
              </For>
            </select>
          )}
        </Field>
        <RefusalNote error={adoption.error()} />
      </form>
    </SheetDialog>
  );
}

/** The deployment that the archive was taken of is chosen first, by its id or, in a new ledger, by its name. */
function createAdoption(destinationId: () => string, archive: () => UnknownArchive | undefined, onDone: () => void) {
  const { t } = useI18n();
  const api = useApi();
  const toast = useToast();
  const queries = useQueryClient();
  const deployments = useQuery(() => api.deployments.list.query());
  const adopt = useMutation(() => api.destinations.adopt.mutation());
  const [deploymentId, choose] = createSignal('');
  createEffect(() => {
    const manifest = archive()?.manifest;
    if (!manifest) return;
    const known = deployments.data ?? [];
    const own = known.find(({ id }) => id === manifest.deploymentId);
    choose((own ?? known.find(({ name }) => name === manifest.deploymentName))?.id ?? '');
    adopt.reset();
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const { key = '' } = archive() ?? {};
    adopt.mutate(
      { key, deploymentId: deploymentId(), destinationId: destinationId() },
      {
        onSuccess: (backup) => {
          toast({
            mark: 'verified',
            tone: 'safe',
            title: t('destinations.adopted', backup.deploymentName),
            link: { href: `/backups/${backup.id}`, label: t('backups.open') },
          });
          void queries.invalidateQueries({ queryKey: api.destinations.list.key() });
          onDone();
        },
      },
    );
  };
  return {
    deployments: () => deployments.data ?? [],
    deploymentId,
    choose,
    submit,
    isPending: () => adopt.isPending,
    error: () => adopt.error,
  };
}
