// Waiting for a backup or a restore to end: the live streams say when to look, a slow poll looks anyway.
import type { Backup } from '@holdfast/shared/backup';
import type { BackupId, RestoreId } from '@holdfast/shared/ids';
import type { OperationProgress } from '@holdfast/shared/operation';
import type { Restore } from '@holdfast/shared/restore';
import { mayPass } from './app-error.ts';
import type { HoldfastClient } from './client.ts';

type Kind = 'backup' | 'restore';

/** What waiting gives: the record as it ended, whatever its status. */
export type FinishedOperation<K extends Kind> = K extends 'backup' ? Backup : Restore;

export interface WaitOptions<K extends Kind> {
  readonly kind: K;
  readonly id: string;
  /** Stops waiting, not the operation: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Each time the progress changes, at most twice a second. Not called before a server has begun. */
  readonly onProgress?: ((progress: OperationProgress) => void) | undefined;
  /** How long the server may be away before the promise rejects with the last error; default one minute. */
  readonly patienceMs?: number | undefined;
  /** How often to look while no stream says anything; default 2 s. */
  readonly pollMs?: number | undefined;
}

/**
 * Resolves once the operation has ended, with the record as it is then: completed, failed and cancelled alike.
 * Survives restarts of the server. Rejects with a refusal at once (BACKUP_NOT_FOUND, RESTORE_NOT_FOUND,
 * NOT_SIGNED_IN), and with the last error when the server stays away.
 *
 * @example
 * const restore = await waitForOperation(client, {
 *   kind: 'restore',
 *   id,
 *   signal: AbortSignal.timeout(3_600_000),
 *   onProgress: ({ phase, documents }) => log(`${phase}: ${documents} documents`),
 * });
 */
export async function waitForOperation<K extends Kind>(
  client: HoldfastClient,
  options: WaitOptions<K>,
): Promise<FinishedOperation<K>> {
  const { signal, patienceMs = 60_000, pollMs = 2_000 } = options;
  const news = newsOf(client, options);
  let answeredAt = Date.now();
  try {
    for (;;) {
      signal?.throwIfAborted();
      try {
        const record = await lookAt(client, options.kind, options.id, signal);
        answeredAt = Date.now();
        if (!underWay.has(record.status)) return record as FinishedOperation<K>;
      } catch (error) {
        signal?.throwIfAborted();
        if (!mayPass(error) || Date.now() - answeredAt > patienceMs) throw error;
      }
      await news.next(pollMs, signal);
    }
  } finally {
    news.close();
  }
}

const underWay: ReadonlySet<string> = new Set(['requested', 'running', 'sealed']);

function lookAt(client: HoldfastClient, kind: Kind, id: string, signal?: AbortSignal): Promise<Backup | Restore> {
  const options = signal ? { signal } : {};
  return kind === 'backup'
    ? client.backups.byId.query({ id: id as BackupId }, options)
    : client.restores.byId.query({ id: id as RestoreId }, options);
}

interface News {
  /** Returns when something has happened since the last call, or after the time. */
  next(ms: number, signal: AbortSignal | undefined): Promise<void>;
  close(): void;
}

/** Says when an event of the operation was appended, and when it left the list of what runs. */
function newsOf(client: HoldfastClient, { id, onProgress }: WaitOptions<Kind>): News {
  let pending = false;
  let wake = () => {};
  let listed = false;
  const tell = () => {
    pending = true;
    wake();
  };
  // A stream that ends with an error is made up for by the poll, whose own error says what is wrong.
  const events = client.live.events.subscribe(
    {},
    { onData: ({ data }) => void (data.correlationId === id && tell()), onStarted: tell },
  );
  const operations = client.live.operations.subscribe(undefined, {
    onData: (running) => {
      const mine = running.find(({ operationId }) => operationId === id);
      if (mine) onProgress?.(mine);
      else if (listed) tell();
      listed = mine !== undefined;
    },
  });
  return {
    next: async (ms, signal) => {
      if (!pending) await sleep(ms, signal, (resolve) => (wake = resolve));
      pending = false;
      wake = () => {};
    },
    close: () => {
      events.unsubscribe();
      operations.unsubscribe();
    },
  };
}

/** Ends after the time, on the signal, or when what `expose` was given is called. */
function sleep(ms: number, signal: AbortSignal | undefined, expose: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
    if (signal?.aborted) done();
    expose(done);
  });
}
