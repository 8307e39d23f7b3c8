// A form of the settings: what is typed goes over what is saved, which others may change meanwhile; saving it ends the edits.
import { createSignal, type JSX } from 'solid-js';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { useToast } from '../controls/toasts.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';

export interface SettingsFormProps<Draft, Settings> {
  saved: Draft;
  isValid: (draft: Draft) => boolean;
  toSettings: (draft: Draft) => Settings;
  /** Is done once what is saved is known here. */
  save: {
    readonly isPending: boolean;
    readonly error: unknown;
    readonly mutate: (settings: Settings, options: { onSuccess: () => void }) => void;
  };
  /** Said once it is saved. */
  done: string;
  children: (draft: () => Draft, edit: (change: Partial<Draft>) => void) => JSX.Element;
}

export function SettingsForm<Draft extends object, Settings>(props: SettingsFormProps<Draft, Settings>) {
  const { t } = useI18n();
  const toast = useToast();
  const [edits, setEdits] = createSignal<Partial<Draft>>({});
  const draft = () => ({ ...props.saved, ...edits() });
  const isChanged = () => JSON.stringify(draft()) !== JSON.stringify(props.saved);
  const onSuccess = () => {
    setEdits({});
    toast({ mark: 'ok', tone: 'safe', title: props.done });
  };
  return (
    <form
      class="scrub-form"
      novalidate
      onSubmit={(event) => {
        event.preventDefault();
        if (props.isValid(draft())) props.save.mutate(props.toSettings(draft()), { onSuccess });
      }}
    >
      {props.children(draft, (change) => setEdits((edited) => ({ ...edited, ...change })))}
      <RefusalNote error={props.save.error} />
      <div class="actions">
        <button class="btn" type="submit" disabled={!isChanged() || !props.isValid(draft()) || props.save.isPending}>
          {props.save.isPending ? t('policies.saving') : t('verification.save')}
        </button>
      </div>
    </form>
  );
}
