import { type LedgerEvent, parseEvent } from '@holdfast/shared/events';
import { upcast } from './upcast.ts';

/** An event as the collection holds it: its position is `_id`. */
export interface StoredEvent {
  readonly _id: number;
  readonly [field: string]: unknown;
}

export function toStored(event: LedgerEvent): StoredEvent {
  const { position, ...fields } = event;
  return { _id: position, ...fields };
}

/** The stored fields under their names in `LedgerEvent`, neither checked nor lifted: what the hash is made of. */
export function asWritten(stored: StoredEvent): Record<string, unknown> {
  const { _id, ...fields } = stored;
  return { position: _id, ...fields };
}

/** The event, lifted to today's schema and checked. Throws an Error that names the position. */
export function fromStored(stored: StoredEvent): LedgerEvent {
  try {
    return parseEvent(upcast(asWritten(stored) as unknown as LedgerEvent));
  } catch (cause) {
    const what = `the event at position ${String(stored._id)} of the ledger cannot be read`;
    throw new Error(`${what}: it was changed, or written by a newer version of Holdfast`, { cause });
  }
}
