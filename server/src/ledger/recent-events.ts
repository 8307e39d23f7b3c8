import type { LedgerEvent } from '@holdfast/shared/events';

/** The newest events without a gap, so that followers near the head need not ask the database. */
export interface RecentEvents {
  /** The position of the newest event that was ever here. */
  readonly tip: number;
  /** Takes what follows the tip; leaves out what is here already. False when something in between is missing. */
  push(events: readonly LedgerEvent[]): boolean;
  /** The events after a position, at most `limit`; undefined when it is too far back for what is kept. */
  after(position: number, limit: number): readonly LedgerEvent[] | undefined;
  /** Forgets everything and goes on after a position. */
  jump(position: number): void;
}

/** Keeps at least the newest `capacity` events, and at most twice as many. */
export function recentEvents(capacity: number): RecentEvents {
  let kept: LedgerEvent[] = [];
  let tip = 0;
  return {
    get tip() {
      return tip;
    },
    push(events) {
      const fresh = events.filter(({ position }) => position > tip);
      if (fresh.length === 0) return true;
      if (fresh[0]?.position !== tip + 1) return false;
      kept.push(...fresh);
      tip += fresh.length;
      if (kept.length > 2 * capacity) kept = kept.slice(-capacity);
      return true;
    },
    after(position, limit) {
      if (position >= tip) return [];
      const skipped = position - (tip - kept.length);
      return skipped < 0 ? undefined : kept.slice(skipped, skipped + limit);
    },
    jump(position) {
      kept = [];
      tip = position;
    },
  };
}
