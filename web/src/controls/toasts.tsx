// Short notices of what has happened, with the next step. What must be kept stands in the ledger, not here.

import { A } from '@solidjs/router';
import X from 'lucide-solid/icons/x';
import { createContext, For, type JSX, type ParentProps, Show, useContext } from 'solid-js';
import { createStore } from 'solid-js/store';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Mark, type MarkName, type Tone } from '../marks/mark.tsx';

export interface Toast {
  mark: MarkName;
  tone?: Tone;
  title: string;
  text?: string;
  link?: { href: string; label: string };
}

interface ShownToast extends Toast {
  readonly id: number;
}

const ToastContext = createContext<(toast: Toast) => void>();
const shownForMs = 12_000;

/** Toasts of success go by themselves; those of a failure stay until somebody closes them. */
export function ToastProvider(props: ParentProps) {
  const [toasts, setToasts] = createStore<ShownToast[]>([]);
  let lastId = 0;
  const close = (id: number) => setToasts((list) => list.filter((toast) => toast.id !== id));
  const show = (toast: Toast) => {
    const id = ++lastId;
    setToasts(toasts.length, { ...toast, id });
    if (toast.tone !== 'danger') setTimeout(() => close(id), shownForMs);
  };
  return (
    <ToastContext.Provider value={show}>
      {props.children}
      <div class="toasts" role="status" aria-live="polite" data-kb-top-layer>
        <For each={toasts}>{(toast) => <ToastCard toast={toast} onClose={() => close(toast.id)} />}</For>
      </div>
    </ToastContext.Provider>
  );
}

/** Shows a toast. */
export function useToast(): (toast: Toast) => void {
  const show = useContext(ToastContext);
  if (!show) throw new Error('useToast stands outside ToastProvider');
  return show;
}

function ToastCard(props: { toast: ShownToast; onClose: () => void }): JSX.Element {
  const { t } = useI18n();
  return (
    <div class="toast">
      <Mark name={props.toast.mark} tone={props.toast.tone} />
      <div>
        <b>{props.toast.title}</b>
        <Show when={props.toast.text}>
          <p>{props.toast.text}</p>
        </Show>
        <Show when={props.toast.link}>{(link) => <A href={link().href}>{link().label}</A>}</Show>
      </div>
      <button
        class="btn quiet small icon-only"
        type="button"
        aria-label={t('common.close')}
        onClick={() => props.onClose()}
      >
        <X class="icon" aria-hidden="true" />
      </button>
    </div>
  );
}
