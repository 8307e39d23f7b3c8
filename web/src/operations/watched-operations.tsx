// The operations and restore tests that this tab began: each ends in one toast with its outcome, also when the page was reloaded
// meanwhile. A restore test that failed is told in every tab, whoever wanted it.
import { createContext, createEffect, createMemo, type ParentProps, useContext } from 'solid-js';
import { useToast } from '../controls/toasts.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { useLive } from '../live/live-context.tsx';
import { backupToast, restoreTestToast, restoreToast } from './outcome-toast.ts';

export interface WatchedOperation {
  readonly kind: 'backup' | 'restore' | 'restore-test';
  /** Of a restore test that of its backup. */
  readonly id: string;
}

interface Watched {
  watch(operation: WatchedOperation): void;
}

const WatchedContext = createContext<Watched>();
const endings = /^(?:(?:Backup|Restore)(?:Completed|Failed|Cancelled)|RestoreTest(?:Passed|Failed|Skipped))$/;

export function WatchedOperations(props: ParentProps) {
  const live = useLive();
  const tell = useOutcomeToast();
  const settle = (operation: WatchedOperation) => {
    void tell(operation).then((isOver) => isOver && keep(kept().filter((other) => !isSame(other, operation))));
  };
  live.onEvent((event) => {
    if (!endings.test(event.type)) return;
    const concerned = kept().filter(({ id }) => id === event.correlationId);
    concerned.forEach(settle);
    const isTold = concerned.some(({ kind }) => kind === 'restore-test');
    if (event.type === 'RestoreTestFailed' && !isTold) void tell({ kind: 'restore-test', id: event.data.backupId });
  });
  const isLive = createMemo(() => live.status().connection === 'live');
  createEffect(() => {
    if (isLive()) kept().forEach(settle);
  });
  const watched: Watched = {
    watch: (operation) => {
      keep([...kept().filter((other) => !isSame(other, operation)), operation]);
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
    const ask = async () => {
      if (kind === 'restore') return { outcome: restoreToast(t, f, await api.restores.byId.fetch({ id })), at: '' };
      const backup = await api.backups.byId.fetch({ id });
      if (kind === 'backup') return { outcome: backupToast(t, f, backup), at: '' };
      return { outcome: restoreTestToast(t, backup), at: backup.restoreTest?.at ?? '' };
    };
    const { outcome, at } = await ask().catch(() => ({ outcome: null, at: '' }));
    // A backup is tested more than once.
    const key = `${kind} ${id} ${at}`;
    if (!outcome || told.has(key)) return outcome !== null;
    told.add(key);
    toast(outcome);
    return true;
  };
}

function isSame(one: WatchedOperation, other: WatchedOperation): boolean {
  return one.kind === other.kind && one.id === other.id;
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
