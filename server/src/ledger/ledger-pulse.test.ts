import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ledgerPulse } from './ledger-pulse.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function started() {
  const ledger = { answers: true, asked: 0 };
  const ask = async () => {
    ledger.asked += 1;
    if (!ledger.answers) throw new Error('no answer');
  };
  const pulse = ledgerPulse({ ask });
  const wait = () => {
    const stop = new AbortController();
    const waiter = { isOver: false, stop: () => stop.abort() };
    void pulse.untilSilent(stop.signal).then(() => {
      waiter.isOver = true;
    });
    return waiter;
  };
  return { ledger, pulse, wait };
}

it('asks once a second for all who wait, and not at all for what is over sooner', async () => {
  const { ledger, wait } = started();
  for (const waiter of [wait(), wait()]) waiter.stop();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(ledger.asked).toBe(0);
  const waiters = [wait(), wait(), wait()];
  await vi.advanceTimersByTimeAsync(5_000);
  expect(ledger.asked).toBe(5);
  for (const waiter of waiters) waiter.stop();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(ledger.asked).toBe(5);
  expect(waiters.every(({ isOver }) => isOver)).toBe(true);
});

it('says so once the ledger has not answered for some seconds, at once to whoever asks later', async () => {
  const { ledger, pulse, wait } = started();
  const waiter = wait();
  await vi.advanceTimersByTimeAsync(2_500);
  ledger.answers = false;
  await vi.advanceTimersByTimeAsync(3_000);
  expect([pulse.isSilent, waiter.isOver]).toEqual([false, false]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect([pulse.isSilent, waiter.isOver]).toEqual([true, true]);
  const late = wait();
  await vi.advanceTimersByTimeAsync(0);
  expect(late.isOver).toBe(true);
});

it('takes a question that hangs for no answer', async () => {
  const pulse = ledgerPulse({ ask: () => new Promise(() => undefined) });
  void pulse.untilSilent(new AbortController().signal);
  await vi.advanceTimersByTimeAsync(8_000);
  expect(pulse.isSilent).toBe(true);
  pulse.close();
});

it('notices that the ledger answers again although nobody waits', async () => {
  const { ledger, pulse, wait } = started();
  ledger.answers = false;
  wait();
  await vi.advanceTimersByTimeAsync(6_000);
  expect(pulse.isSilent).toBe(true);
  ledger.answers = true;
  await vi.advanceTimersByTimeAsync(1_500);
  expect(pulse.isSilent).toBe(false);
  const { asked } = ledger;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(ledger.asked).toBe(asked);
});
