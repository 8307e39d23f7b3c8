// A configuration file on its way in: chosen, previewed by the server, applied only as it was previewed.
import type { ConfigurationFile, ConfigurationPreview } from '@holdfast/shared/configuration';
import { useMutation } from '@tanstack/solid-query';
import { createSignal } from 'solid-js';
import { useToast } from '../controls/toasts.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';

export function createConfigurationImport() {
  const { t } = useI18n();
  const api = useApi();
  const toast = useToast();
  const [file, setFile] = createSignal<ConfigurationFile>();
  const [unreadable, setUnreadable] = createSignal(false);
  const preview = useMutation(() => api.configuration.preview.mutation());
  const apply = useMutation(() => api.configuration.import.mutation());
  const discard = () => {
    setFile(undefined);
    setUnreadable(false);
    preview.reset();
    apply.reset();
  };
  return {
    preview: () => preview.data as ConfigurationPreview | undefined,
    unreadable,
    error: () => apply.error ?? preview.error,
    isApplying: () => apply.isPending,
    discard,
    choose: async (input: HTMLInputElement) => {
      const chosen = input.files?.[0];
      input.value = ''; // the same file can be chosen again after it was corrected
      if (!chosen) return;
      discard();
      const parsed = parseFile(await chosen.text());
      if (!parsed) return setUnreadable(true);
      setFile(parsed);
      preview.mutate({ file: parsed });
    },
    apply: () => {
      const [known, digest] = [file(), preview.data?.digest];
      if (!known || !digest) return;
      const onSuccess = () => {
        discard();
        toast({ mark: 'ok', tone: 'safe', title: t('settings.imported') });
      };
      apply.mutate({ file: known, digest }, { onSuccess });
    },
  };
}

/** The server checks the content; here only that it is JSON. */
function parseFile(text: string): ConfigurationFile | null {
  try {
    return JSON.parse(text) as ConfigurationFile;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
