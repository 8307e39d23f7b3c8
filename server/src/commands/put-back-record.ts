// What the ledger hears of documents that are put back: that it begins, before the first one is written, and how it ended.
import type { Actor } from '@holdfast/shared/actor';
import { AppError } from '@holdfast/shared/errors';
import type { EventData } from '@holdfast/shared/events';
import type { PutBackOutcome } from '@holdfast/shared/put-back';
import { v7 as uuid } from 'uuid';
import { closePutBack, endPutBack, startPutBack } from '../domain/put-back.ts';
import type { Services } from '../services.ts';
import { execute } from './execute.ts';
import type { PutBackSource } from './put-back-source.ts';

/** How one ended here that the ledger did not take. */
export interface UnrecordedPutBack {
  readonly actor: Actor;
  readonly data: EventData<'DocumentsPutBack'>;
}

export interface PutBackRecordOptions {
  readonly services: Services;
  readonly source: PutBackSource;
  readonly actor: Actor;
  /** So many are written at most. */
  readonly documents: number;
}

export class PutBackRecord {
  readonly #options: PutBackRecordOptions;
  #putBackId: string | null = null;

  constructor(options: PutBackRecordOptions) {
    this.#options = options;
  }

  /** Before each write; appends once. Raises DEPLOYMENT_NOT_FOUND, OPERATION_IN_PROGRESS, LEDGER_UNAVAILABLE: then nothing may be written. */
  async begin(): Promise<void> {
    if (this.#putBackId !== null) return;
    const { services, source, actor, documents } = this.#options;
    const { namespace, backup, deployment } = source;
    const ids = { backupId: backup.backupId, deploymentId: backup.deploymentId, putBackId: uuid() };
    const stream = `deployment:${deployment.deploymentId}` as const;
    services.puttingBackHere.set(ids.putBackId, 'running');
    try {
      await execute(services.ledger, {
        ...{ actor, correlationId: ids.putBackId, reads: [stream] },
        decide: (read) =>
          startPutBack({ deployment: read(stream) }, { ...ids, worker: services.worker, namespace, documents }),
      });
    } catch (error) {
      // When that is not known the ledger may have it all the same: then it is ended as one of which nothing was written.
      if (isRefusal(error)) services.puttingBackHere.delete(ids.putBackId);
      else this.#leave(this.#outcome(ids.putBackId, []));
      throw error;
    }
    this.#putBackId = ids.putBackId;
  }

  /** Nothing where it has not begun. Rejects when the ledger does not take it: then the supervisor tries again. */
  async end(outcomes: readonly PutBackOutcome[]): Promise<void> {
    if (this.#putBackId === null) return;
    const { services, actor } = this.#options;
    const data = this.#outcome(this.#putBackId, outcomes);
    try {
      await execute(services.ledger, {
        ...{ actor, correlationId: this.#putBackId, reads: [] },
        decide: () => endPutBack(data),
      });
      services.puttingBackHere.delete(this.#putBackId);
    } catch (error) {
      this.#leave(data);
      throw error;
    }
  }

  #leave(data: EventData<'DocumentsPutBack'> & { readonly putBackId: string }): void {
    const { services, actor } = this.#options;
    services.puttingBackHere.set(data.putBackId, { actor, data });
  }

  #outcome(putBackId: string, outcomes: readonly PutBackOutcome[]) {
    const { backup, namespace } = this.#options.source;
    const { backupId, deploymentId } = backup;
    const count = (wanted: PutBackOutcome['outcome']) => outcomes.filter(({ outcome }) => outcome === wanted).length;
    const [inserted, replaced, uncertain] = [count('inserted'), count('replaced'), count('failed')];
    const counts = { inserted, replaced, ...(uncertain > 0 && { uncertain }) };
    return { backupId, deploymentId, putBackId, namespace, ...counts };
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof AppError && error.code !== 'LEDGER_UNAVAILABLE';
}

/** Ends one that nobody does any more: as it ended here, else as not known. Appends nothing when it has ended. Raises LEDGER_UNAVAILABLE. */
export async function closeAbandoned(
  services: Services,
  { backupId, putBackId }: { readonly backupId: string; readonly putBackId: string },
): Promise<void> {
  const left = services.puttingBackHere.get(putBackId);
  const known = left === undefined || left === 'running' ? null : left;
  const stream = `backup:${backupId}` as const;
  await execute(services.ledger, {
    actor: known?.actor ?? { kind: 'system', id: services.instanceId },
    correlationId: putBackId,
    reads: [stream],
    decide: (read) => closePutBack(read(stream), putBackId, known?.data ?? null),
  });
  services.puttingBackHere.delete(putBackId);
}
