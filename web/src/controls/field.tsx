// A labelled field: hint or error below it, "was …" when it differs from what is saved.
import { createUniqueId, type JSX, Show } from 'solid-js';
import { Mark } from '../marks/mark.tsx';

export interface FieldIds {
  readonly id: string;
  readonly describedBy: string;
  readonly invalid: boolean;
}

export interface FieldProps {
  label: string;
  hint?: string | undefined;
  /** What is wrong and what to do. */
  error?: string | null | undefined;
  /** What is saved, when the field differs from it. */
  was?: string | null | undefined;
  /** Draws the control with the ids that tie it to its label and its texts. */
  children: (ids: FieldIds) => JSX.Element;
}

export function Field(props: FieldProps) {
  const id = createUniqueId();
  const below = `${id}-below`;
  return (
    <div class="field" classList={{ changed: Boolean(props.was) }}>
      <label for={id}>{props.label}</label>
      {props.children({
        id,
        describedBy: below,
        get invalid() {
          return Boolean(props.error);
        },
      })}
      <span id={below} aria-live="polite">
        <Show when={props.error} fallback={<FieldHint hint={props.hint} was={props.was} />}>
          <span class="error">
            <Mark name="danger" />
            {props.error}
          </span>
        </Show>
      </span>
    </div>
  );
}

function FieldHint(props: { hint?: string | undefined; was?: string | null | undefined }) {
  return (
    <span class="hint">
      <Show when={props.was}>
        <b>{props.was}</b>{' '}
      </Show>
      {props.hint}
    </span>
  );
}

export interface TextFieldProps extends Omit<FieldProps, 'children'> {
  value: string;
  onInput: (value: string) => void;
  code?: boolean;
  inputMode?: 'numeric' | 'text';
  autocomplete?: string;
  placeholder?: string;
  autofocus?: boolean;
}

/** One line of text. */
export function TextField(props: TextFieldProps) {
  return (
    <Field label={props.label} hint={props.hint} error={props.error} was={props.was}>
      {(ids) => (
        <input
          class="input"
          classList={{ code: props.code ?? false }}
          id={ids.id}
          value={props.value}
          inputMode={props.inputMode}
          autocomplete={props.autocomplete ?? 'off'}
          autocapitalize="off"
          spellcheck={false}
          placeholder={props.placeholder}
          aria-invalid={ids.invalid}
          aria-describedby={ids.describedBy}
          autofocus={props.autofocus}
          onInput={(event) => props.onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
