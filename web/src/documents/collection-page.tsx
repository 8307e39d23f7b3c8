// One collection of a backup: its documents as they were, read out of the archive, and its downloads.
import { useParams } from '@solidjs/router';
import { useQuery } from '@tanstack/solid-query';
import Download from 'lucide-solid/icons/download';
import { Show } from 'solid-js';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { useApi } from '../data/api-context.tsx';
import { backupLook } from '../deployments/readiness.ts';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';
import { Page, Verdict } from '../shell/page.tsx';
import { DocumentBrowser } from './document-browser.tsx';
import { collectionDownload } from './download-address.ts';

export function CollectionPage() {
  const { t, f } = useI18n();
  const api = useApi();
  const params = useParams();
  const id = () => params.id ?? '';
  const namespace = () => decoded(params.namespace ?? '');
  const backup = useQuery(() => api.backups.byId.query({ id: id() as never }));
  const moment = () => (backup.data ? f.moment(backup.data.createdAt) : '…');
  const look = () => (backup.data ? backupLook(backup.data) : undefined);
  return (
    <Page
      title={`${namespace()} ${moment()}`}
      crumbs={[
        { label: t('shell.overview'), href: '/' },
        { label: backup.data?.deploymentName ?? '…', href: `/deployments/${backup.data?.deploymentId ?? ''}` },
        { label: moment(), href: `/backups/${id()}` },
        { label: namespace() },
      ]}
    >
      <RefusalNote error={backup.error} />
      <Verdict
        small
        mark={look()?.mark}
        tone={look()?.tone}
        answer={namespace()}
        rest={t('documents.asOf', moment())}
        facts={backup.data ? t('documents.fromArchive', f.relative(backup.data.createdAt, now())) : ''}
        actions={<Downloads id={id()} namespace={namespace()} />}
      />
      <Show when={`${id()} ${namespace()}`} keyed>
        <DocumentBrowser id={id()} namespace={namespace()} />
      </Show>
    </Page>
  );
}

/** The router leaves names as they stand in the address. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // typed by hand, and no encoding of anything
  }
}

function Downloads(props: { id: string; namespace: string }) {
  const { t } = useI18n();
  return (
    <>
      <a
        class="btn"
        href={collectionDownload(props.id, props.namespace, 'bson')}
        download=""
        aria-label={t('documents.downloadBson', props.namespace)}
      >
        <Download class="icon" aria-hidden="true" />
        {t('documents.asBson')}
      </a>
      <a
        class="btn"
        href={collectionDownload(props.id, props.namespace, 'jsonl')}
        download=""
        aria-label={t('documents.downloadJsonLines', props.namespace)}
      >
        <Download class="icon" aria-hidden="true" />
        {t('documents.asJsonLines')}
      </a>
    </>
  );
}
