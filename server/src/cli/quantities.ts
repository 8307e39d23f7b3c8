// Numbers as people read them, always with their unit.

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Decimal units, three digits: `3.42 GB`. */
export function formatBytes(bytes: number): string {
  let power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  let digits = threeDigits(bytes / 1000 ** power);
  if (digits === '1000' && power < units.length - 1) digits = threeDigits(bytes / 1000 ** ++power);
  return power === 0 ? `${Math.round(bytes)} B` : `${digits} ${units[power]}`;
}

/** Bytes a second as megabytes: `20 MB/s`; null is no limit. */
export function formatBandwidth(bytesPerSecond: number | null): string {
  return bytesPerSecond === null ? 'no limit' : `${(bytesPerSecond / 1_000_000).toLocaleString('en-US')} MB/s`;
}

/** `12,345`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** `12,345 documents`, `1 document`. */
export function counted(count: number, noun: string): string {
  const plural = /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : noun.endsWith('x') ? `${noun}es` : `${noun}s`;
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

/** `850 ms`, `12.3 s`, `4 min 5 s`, `2 h 3 min`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${formatCount(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

function threeDigits(value: number): string {
  return value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}
