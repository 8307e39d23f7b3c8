/** A moment with its zone, this machine's unless another is named: `2026-11-24 17:47:13 +01:00`. */
export function formatTime(iso: string, timeZone?: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    ...(timeZone === undefined ? {} : { timeZone }),
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'longOffset',
    hourCycle: 'h23',
  }).formatToParts(new Date(iso));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? '';
  const offset = part('timeZoneName')
    .replace(/^GMT(?:\+00:00)?$/, 'UTC')
    .replace('GMT', '');
  return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}:${part('second')} ${offset}`;
}

/** As `formatTime`, or a dash where there is no moment. */
export function formatTimeOrDash(iso: string | null, timeZone?: string): string {
  return iso === null ? '-' : formatTime(iso, timeZone);
}
