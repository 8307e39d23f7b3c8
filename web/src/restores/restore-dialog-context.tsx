// Any page can open the restore dialog for a backup; there is one at a time.
import { createContext, createSignal, lazy, type ParentProps, Show, useContext } from 'solid-js';

interface RestoreDialogOpener {
  /** Does nothing without a backup. */
  open(backupId: string | undefined): void;
}

const RestoreDialogContext = createContext<RestoreDialogOpener>();
const RestoreDialog = lazy(async () => ({ default: (await import('./restore-dialog.tsx')).RestoreDialog }));

export function RestoreDialogProvider(props: ParentProps) {
  const [backupId, setBackupId] = createSignal<string | null>(null);
  return (
    <RestoreDialogContext.Provider value={{ open: (id) => setBackupId(id ?? null) }}>
      {props.children}
      <Show when={backupId()}>{(id) => <RestoreDialog backupId={id()} onClose={() => setBackupId(null)} />}</Show>
    </RestoreDialogContext.Provider>
  );
}

export function useRestoreDialog(): RestoreDialogOpener {
  const opener = useContext(RestoreDialogContext);
  if (!opener) throw new Error('useRestoreDialog stands outside RestoreDialogProvider');
  return opener;
}
