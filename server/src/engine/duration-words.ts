/** A limit in words, in the largest unit that names it exactly: `90 minutes`, `1 hour`, `1.5 seconds`. */
export function durationWords(ms: number): string {
  if (ms > 0 && ms % 3_600_000 === 0) return counted(ms / 3_600_000, 'hour');
  if (ms > 0 && ms % 60_000 === 0) return counted(ms / 60_000, 'minute');
  return counted(Math.round(ms / 100) / 10, 'second');
}

function counted(amount: number, unit: string): string {
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
}
