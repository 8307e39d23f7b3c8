// The sample's only source of chance: a small generator whose numbers depend on its seed alone, on every machine.

/** Reproducible pseudo-random numbers. Not for secrets. */
export interface SeededRandom {
  /** A number from 0 (included) to 1 (excluded). */
  next(): number;
  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number;
  /** True in `share` of all cases. */
  chance(share: number): boolean;
  pick<T>(choices: readonly T[]): T;
  bytes(count: number): Buffer;
}

/** mulberry32 (Tommy Ettinger, public domain): integer arithmetic only, so that no two engines disagree. */
export function createSeededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  function uint32(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }
  const next = () => uint32() / 0x1_0000_0000;
  const integer = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    integer,
    chance: (share) => next() < share,
    pick: (choices) => pick(choices, integer),
    bytes: (count) => bytes(count, uint32),
  };
}

/** A generator of its own for the `index`-th thing of a kind, so that one thing can be made without those before it. */
export function randomFor(kind: string, index: number): SeededRandom {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(`${kind}/${index}`)) hash = Math.imul(hash ^ byte, 0x01000193);
  return createSeededRandom(hash);
}

function pick<T>(choices: readonly T[], integer: (low: number, high: number) => number): T {
  const choice = choices[integer(0, choices.length - 1)];
  if (choice === undefined) throw new Error('There is nothing to choose from.');
  return choice;
}

function bytes(count: number, uint32: () => number): Buffer {
  const buffer = Buffer.alloc(count);
  let at = 0;
  for (; at + 4 <= count; at += 4) buffer.writeUInt32LE(uint32(), at);
  for (; at < count; at += 1) buffer[at] = uint32() & 0xff;
  return buffer;
}
