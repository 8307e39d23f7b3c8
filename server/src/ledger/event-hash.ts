// The hash that chains the ledger. What is hashed is the event exactly as `LedgerEvent` describes it, without `hash`: the
// position is called `position` there (the stored document calls it `_id`), and undefined fields do not exist.
import { hash } from 'node:crypto';
import type { LedgerEvent } from '@holdfast/shared/events';
import canonicalize from 'canonicalize';

/** The `prevHash` of the first event. */
export const genesisHash = '0'.repeat(64);

/** SHA-256, in hex, over the UTF-8 bytes of the event's RFC 8785 canonical JSON. A `hash` that is there is left out. */
export function hashEvent(event: Omit<LedgerEvent, 'hash'> & { readonly hash?: string }): string {
  const { hash: _, ...hashed } = event;
  const text = canonicalize(hashed);
  if (text === undefined) throw new TypeError('an event is an object');
  return hash('sha256', text, 'hex');
}
