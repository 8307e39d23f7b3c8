// Whether the ledger answers: asked once a second for all who want to know at one server, and not at all while nobody does.
//
//   answers --no answer for about 4 s--> silent --an answer--> answers
import { pause, withinTime } from './waiting.ts';
import { wakeUps } from './wake-ups.ts';

export interface LedgerPulse {
  /** As it is known: false while nobody has asked for long. */
  readonly isSilent: boolean;
  /** Resolves as soon as the ledger is silent, at once if it is so already; also when the signal aborts. */
  untilSilent(signal: AbortSignal): Promise<void>;
  close(): void;
}

export interface PulseOptions {
  /** Anything that the ledger answers quickly. */
  readonly ask: () => Promise<unknown>;
  readonly everyMs?: number;
  readonly answerMs?: number;
  readonly silentAfterMs?: number;
}

export function ledgerPulse(options: PulseOptions): LedgerPulse {
  const { ask, everyMs = 1_000, answerMs = 2_000, silentAfterMs = 4_000 } = options;
  const silence = wakeUps();
  let waiting = 0;
  const closing = new AbortController();
  let isSilent = false;
  let isAsking = false;

  /** Goes on while the ledger is silent, so that the end of it is noticed although nobody waits for that. */
  async function askOften(): Promise<void> {
    isAsking = true;
    let answeredAt = performance.now();
    for (;;) {
      await pause(everyMs, closing.signal);
      if (closing.signal.aborted || (waiting === 0 && !isSilent)) break;
      try {
        await withinTime(answerMs, closing.signal, ask);
        answeredAt = performance.now();
        isSilent = false;
      } catch {
        // Whatever kept it from answering: it is asked again.
        if (performance.now() - answeredAt < silentAfterMs) continue;
        isSilent = true;
        silence.wake();
      }
    }
    isAsking = false;
  }

  return {
    get isSilent() {
      return isSilent;
    },
    async untilSilent(signal) {
      if (isSilent || signal.aborted || closing.signal.aborted) return;
      waiting += 1;
      if (!isAsking) void askOften();
      await silence.next(signal);
      waiting -= 1;
    },
    close: () => closing.abort(),
  };
}
