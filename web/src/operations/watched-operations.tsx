// The operations that this tab began: each ends in one toast with its outcome, also when the page was reloaded meanwhile.
import { createContext, createEffect, createMemo, type ParentProps, useContext } from 'solid-js';
import { useToast } from '../controls/toasts.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { useLive } from '../live/live-context.tsx';
import { backupToast, restoreToast } from './outcome-toast.ts';

export interface WatchedOperation {
  readonly kind: 'backup' | 'restore';
  readonly id: string;
}

interface Watched {
  watch(operation: WatchedOperation): void;
}

const WatchedContext = createContext<Watched>();
const endings = /^(?:Backup|Restore)(?:Completed|Failed|Cancelled)$/;

export function WatchedOperations(props: ParentProps) {
  const live = useLive();
  const tell = useOutcomeToast();
  const settle = (operation: WatchedOperation) => {
    void tell(operation).then((isOver) => isOver && keep(kept().filter((other) => other.id !== operation.id)));
  };
  live.onEvent((event) => {
    if (!endings.test(event.type)) return;
    for (const operation of kept()) if (operation.id === event.correlationId) settle(operation);
  });
  const isLive = createMemo(() => live.status().connection === 'live');
  createEffect(() => {
    if (isLive()) kept().forEach(settle);
  });
  const watched: Watched = {
    watch: (operation) => {
      keep([...kept(), operation]);
      settle(operation); // a small one may have ended before the answer to its request arrived
    },
  };
  return <WatchedContext.Provider value={watched}>{props.children}</WatchedContext.Provider>;
}

export function useWatched(): Watched {
  const watched = useContext(WatchedContext);
  if (!watched) throw new Error('useWatched stands outside WatchedOperations');
  return watched;
}

/** Asks how an operation ended and shows it; false while it still runs or nobody answers. */
function useOutcomeToast() {
  const { t, f } = useI18n();
  const api = useApi();
  const toast = useToast();
  const told = new Set<string>();
  return async ({ kind, id }: WatchedOperation): Promise<boolean> => {
    // Past the cache: a question that is already under way may have been answered before the operation ended.
    const ask = async () =>
      kind === 'backup'
        ? backupToast(t, f, await api.backups.byId.fetch({ id }))
        : restoreToast(t, f, await api.restores.byId.fetch({ id }));
    const outcome = await ask().catch(() => null);
    if (!outcome || told.has(id)) return outcome !== null;
    told.add(id);
    toast(outcome);
    return true;
  };
}

const storageKey = 'holdfast.watched';

function kept(): WatchedOperation[] {
  try {
    return JSON.parse(sessionStorage.getItem(storageKey) ?? '[]') as WatchedOperation[];
  } catch {
    return []; // storage is switched off or holds something else: no toast, nothing worse
  }
}

function keep(operations: WatchedOperation[]): void {
  try {
    sessionStorage.setItem(storageKey, JSON.stringify(operations.slice(-20)));
  } catch {
    // Storage is switched off: no toast, nothing worse.
  }
}
