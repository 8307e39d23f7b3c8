// The configuration as a file: download it, or choose one, see what it would change, and apply exactly that.
import type { ConfigurationChange, ConfigurationFile, ConfigurationPreview } from '@holdfast/shared/configuration';
import { useMutation } from '@tanstack/solid-query';
import Download from 'lucide-solid/icons/download';
import Upload from 'lucide-solid/icons/upload';
import { createSignal, For, Show } from 'solid-js';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { HeadCell, RowHead, Table, TableBody, TableHead, Td, Tr } from '../controls/table.tsx';
import { useToast } from '../controls/toasts.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Mark, type MarkName, type Tone } from '../marks/mark.tsx';
import { policyWords } from '../policies/policy-words.ts';
import { Section } from '../shell/page.tsx';
import { downloadJson } from './download-json.ts';

export function ConfigurationSection() {
  const { t } = useI18n();
  const draft = createImport();
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
          <Preview
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

function createImport() {
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

const looks: Record<ConfigurationChange['kind'], { mark: MarkName; tone?: Tone }> = {
  'policy-added': { mark: 'add' },
  'policy-changed': { mark: 'swap' },
  'policy-unchanged': { mark: 'same' },
  'deployment-needs-connection': { mark: 'attention', tone: 'attention' },
};

interface PreviewProps {
  preview: ConfigurationPreview;
  isApplying: boolean;
  onApply: () => void;
  onDiscard: () => void;
}

function Preview(props: PreviewProps) {
  const { t } = useI18n();
  const changing = () =>
    props.preview.changes.filter(({ kind }) => kind === 'policy-added' || kind === 'policy-changed').length;
  return (
    <section class="preview-import" aria-label={t('settings.preview')}>
      <h3 class="minor">{t('settings.previewTitle', changing())}</h3>
      <div class="wide">
        <Table class="plain fold">
          <TableHead>
            <Tr>
              <HeadCell>{t('deployments.deployment')}</HeadCell>
              <HeadCell>{t('restores.effect')}</HeadCell>
              <HeadCell>{t('restores.now')}</HeadCell>
              <HeadCell>{t('restores.after')}</HeadCell>
            </Tr>
          </TableHead>
          <TableBody>
            <For each={props.preview.changes}>{(change) => <ChangeRow change={change} />}</For>
          </TableBody>
        </Table>
      </div>
      <div class="actions preview-acts">
        <button class="btn" type="button" onClick={() => props.onDiscard()}>
          {t('settings.discardImport')}
        </button>
        <button
          class="btn primary"
          type="button"
          disabled={changing() === 0 || props.isApplying}
          onClick={() => props.onApply()}
        >
          {props.isApplying ? t('settings.applying') : t('settings.apply', changing())}
        </button>
      </div>
    </section>
  );
}

function ChangeRow(props: { change: ConfigurationChange }) {
  const { t } = useI18n();
  const look = () => looks[props.change.kind];
  return (
    <Tr>
      <RowHead class="at-1">
        <b>{props.change.deployment}</b>
        <span class="sub">{props.change.policy}</span>
      </RowHead>
      <Td class="at-2">
        <span class="word">
          <Mark name={look().mark} tone={look().tone} />
          {t(`settings.change.${props.change.kind}`)}
        </span>
      </Td>
      <Td data-label={t('restores.now')}>{props.change.current ? policyWords(t, props.change.current) : '–'}</Td>
      <Td data-label={t('restores.after')}>{props.change.next ? policyWords(t, props.change.next) : '–'}</Td>
    </Tr>
  );
}
