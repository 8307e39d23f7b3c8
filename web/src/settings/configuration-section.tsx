// The configuration as a file: download it, or choose one, see what it would change, and apply exactly that.
import { useMutation } from '@tanstack/solid-query';
import Download from 'lucide-solid/icons/download';
import Upload from 'lucide-solid/icons/upload';
import { Show } from 'solid-js';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Section } from '../shell/page.tsx';
import { createConfigurationImport } from './configuration-import.ts';
import { downloadJson } from './download-file.ts';
import { ImportPreview } from './import-preview.tsx';

export function ConfigurationSection() {
  const { t } = useI18n();
  const draft = createConfigurationImport();
  let input: HTMLInputElement | undefined;
  return (
    <Section
      id="configuration"
      title={t('settings.configuration')}
      note={t('settings.configurationNote')}
      end={
        <>
          <ExportButton />
          <button class="btn small" type="button" onClick={() => input?.click()}>
            <Upload class="icon" aria-hidden="true" />
            {t('settings.import')}
          </button>
          <input
            ref={input}
            class="visually-hidden"
            type="file"
            accept="application/json,.json"
            aria-label={t('settings.importFile')}
            tabindex="-1"
            onChange={(event) => void draft.choose(event.currentTarget)}
          />
        </>
      }
    >
      <p class="muted">{t('settings.configurationText')}</p>
      <Show when={draft.unreadable()}>
        <p class="why danger" role="alert">
          {t('settings.notJson')}
        </p>
      </Show>
      <RefusalNote error={draft.error()} />
      <Show when={draft.preview()}>
        {(preview) => (
          <ImportPreview
            preview={preview()}
            isApplying={draft.isApplying()}
            onApply={draft.apply}
            onDiscard={draft.discard}
          />
        )}
      </Show>
    </Section>
  );
}

function ExportButton() {
  const { t } = useI18n();
  const api = useApi();
  const save = useMutation(() => ({
    mutationFn: async () => {
      const file = await api.configuration.export.fetch();
      downloadJson(`holdfast-configuration-${file.exportedAt.slice(0, 10)}.json`, file);
    },
  }));
  return (
    <>
      <button class="btn small" type="button" disabled={save.isPending} onClick={() => save.mutate()}>
        <Download class="icon" aria-hidden="true" />
        {t('settings.export')}
      </button>
      <RefusalNote error={save.error} />
    </>
  );
}
