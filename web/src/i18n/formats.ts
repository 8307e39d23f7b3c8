// Numbers, sizes, times and plurals in the reader's language. Sizes are decimal (GB, Go); times stand in the browser's
// own zone unless another is named.

export type Locale = 'en' | 'fr';
export const locales: readonly Locale[] = ['en', 'fr'];

/** A moment: ISO 8601 text or milliseconds since 1970. */
export type Moment = string | number;

/** `en-GB` for its 24 hours and its order of day and month; the numbers are those of any English. */
const tags: Record<Locale, string> = { en: 'en-GB', fr: 'fr-FR' };
const sizeUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const;
const durationUnits: Record<Locale, readonly [string, string, string, string]> = {
  en: ['d', 'h', 'min', 's'],
  fr: ['j', 'h', 'min', 's'],
};
const aMoment: Record<Locale, { past: string; future: string }> = {
  en: { past: 'less than a minute ago', future: 'in less than a minute' },
  fr: { past: 'il y a moins d’une minute', future: 'dans moins d’une minute' },
};

/** Everything that turns a value into words. `one` and `other` of `plural` are whole phrases. */
export interface Formats {
  readonly locale: Locale;
  readonly zone: string;
  count(value: number): string;
  /** With its sign: "+503,118", "−3,854", "0". */
  signed(value: number): string;
  percent(share: number): string;
  bytes(value: number): string;
  duration(ms: number): string;
  /** What is shorter than a second, to the millisecond: "4 ms"; else as `duration`. */
  milliseconds(ms: number): string;
  /** "5 minutes ago", "in 18 hours": rounded down, so that nothing looks fresher or nearer than it is by a whole unit. */
  relative(moment: Moment, now: number): string;
  /** "today 02:31", "Wed 03:00", "9 Mar, 03:40". */
  near(moment: Moment, now: number): string;
  /** "02:31" today, else as `near`: for "since …". */
  since(moment: Moment, now: number): string;
  day(moment: Moment): string;
  clock(moment: Moment, zone?: string): string;
  seconds(moment: Moment): string;
  /** "Thu 26 Mar 2026, 02:30". */
  moment(moment: Moment, zone?: string): string;
  /** "CET", "UTC". */
  zoneName(moment: Moment, zone?: string): string;
  /** "Europe/Paris (CET, UTC+1)". */
  zoneWithOffset(moment: Moment): string;
  plural(value: number, forms: { one: string; other: string }): string;
  list(items: readonly string[]): string;
}

/** Formats of one language. `zone` is an IANA name; the browser's own unless given. */
export function createFormats(locale: Locale, zone = new Intl.DateTimeFormat().resolvedOptions().timeZone): Formats {
  const tag = tags[locale];
  const numbers = new Intl.NumberFormat(tag);
  const signed = new Intl.NumberFormat(tag, { signDisplay: 'exceptZero' });
  const percents = new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 0 });
  const plurals = new Intl.PluralRules(tag);
  const lists = new Intl.ListFormat(tag, { type: 'conjunction' });
  const times = createTimeFormats(locale, tag, zone);
  return {
    locale,
    zone,
    count: (value) => numbers.format(value),
    signed: (value) => signed.format(value).replace('-', '−'),
    percent: (share) => percents.format(share),
    bytes: (value) => formatBytes(tag, locale, value),
    duration: (ms) => formatDuration(locale, numbers, ms),
    milliseconds: (ms) =>
      ms < 1_000 ? `${numbers.format(Math.round(ms))}\u00a0ms` : formatDuration(locale, numbers, ms),
    plural: (value, forms) => (plurals.select(value) === 'one' ? forms.one : forms.other),
    list: (items) => lists.format(items),
    ...times,
  };
}

function createTimeFormats(locale: Locale, tag: string, ownZone: string) {
  const relatives = new Intl.RelativeTimeFormat(tag, { numeric: 'always' });
  const today = capitalless(new Intl.RelativeTimeFormat(tag, { numeric: 'auto' }).format(0, 'day'));
  const format = (moment: Moment, options: Intl.DateTimeFormatOptions, zone = ownZone) =>
    new Intl.DateTimeFormat(tag, { ...options, timeZone: zone }).format(new Date(moment));
  const clock = (moment: Moment, zone?: string) => format(moment, { hour: '2-digit', minute: '2-digit' }, zone);
  const day = (moment: Moment, zone?: string) =>
    withoutComma(format(moment, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }, zone));
  const isSameDay = (a: Moment, b: Moment) => {
    const date = (value: Moment) => format(value, { year: 'numeric', month: 'numeric', day: 'numeric' });
    return date(a) === date(b);
  };
  const near = (moment: Moment, now: number) => {
    if (isSameDay(moment, now)) return `${today} ${clock(moment)}`;
    const distance = Math.abs(new Date(moment).getTime() - now);
    if (distance < 6 * 86_400_000) return `${format(moment, { weekday: 'short' })} ${clock(moment)}`;
    if (distance < 300 * 86_400_000) return `${format(moment, { day: 'numeric', month: 'short' })}, ${clock(moment)}`;
    return `${day(moment)}, ${clock(moment)}`;
  };
  return {
    day,
    clock,
    seconds: (moment: Moment) => format(moment, { hour: '2-digit', minute: '2-digit', second: '2-digit' }),
    moment: (moment: Moment, zone?: string) => `${day(moment, zone)}, ${clock(moment, zone)}`,
    relative: (moment: Moment, now: number) => formatRelative(relatives, aMoment[locale], moment, now),
    near,
    since: (moment: Moment, now: number) => (isSameDay(moment, now) ? clock(moment) : near(moment, now)),
    zoneName: (moment: Moment, zone = ownZone) => zonePart(tag, moment, zone, 'short'),
    zoneWithOffset: (moment: Moment) => {
      const name = zonePart(tag, moment, ownZone, 'short').replace('GMT', 'UTC');
      const offset = zonePart(tag, moment, ownZone, 'shortOffset').replace('GMT', 'UTC');
      if (ownZone === name) return ownZone;
      return name === offset ? `${ownZone} (${offset})` : `${ownZone} (${name}, ${offset})`;
    },
  };
}

function formatBytes(tag: string, locale: Locale, value: number): string {
  // 999.6 MB reads as 1 GB, not as 1,000 MB: the step is chosen for the rounded value.
  const rounded = Number(value.toPrecision(3));
  const step = rounded < 1000 ? 0 : Math.min(sizeUnits.length - 1, Math.floor(Math.log10(rounded) / 3));
  if (step === 0) return `${new Intl.NumberFormat(tag).format(value)}\u00a0${locale === 'fr' ? 'o' : 'B'}`;
  const options = { style: 'unit', unit: sizeUnits[step] ?? 'byte', unitDisplay: 'short' } as const;
  // From gigabytes on always three digits, so that a column of sizes compares at a glance.
  const digits = { maximumSignificantDigits: 3, ...(step >= 3 ? { minimumSignificantDigits: 3 } : {}) };
  return new Intl.NumberFormat(tag, { ...options, ...digits }).format(value / 1000 ** step);
}

function formatDuration(locale: Locale, numbers: Intl.NumberFormat, ms: number): string {
  const units = durationUnits[locale];
  const seconds = Math.max(0, Math.round(ms / 1000));
  const parts = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ];
  const first = parts.findIndex((part) => part > 0);
  if (first < 0) return ms > 0 ? `< 1\u00a0${units[3]}` : `0\u00a0${units[3]}`;
  return [first, first + 1]
    .filter((index) => (parts[index] ?? 0) > 0)
    .map((index) => `${numbers.format(parts[index] ?? 0)}\u00a0${units[index]}`)
    .join(' ');
}

function formatRelative(
  relatives: Intl.RelativeTimeFormat,
  moments: { past: string; future: string },
  moment: Moment,
  now: number,
): string {
  const ms = new Date(moment).getTime() - now;
  const minutes = Math.trunc(ms / 60_000);
  if (minutes === 0) return ms > 0 ? moments.future : moments.past;
  if (Math.abs(minutes) < 90) return relatives.format(minutes, 'minute');
  const hours = Math.trunc(minutes / 60);
  if (Math.abs(hours) < 48) return relatives.format(hours, 'hour');
  return relatives.format(Math.trunc(hours / 24), 'day');
}

function zonePart(tag: string, moment: Moment, zone: string, style: 'short' | 'shortOffset'): string {
  const parts = new Intl.DateTimeFormat(tag, { timeZone: zone, timeZoneName: style }).formatToParts(new Date(moment));
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? zone;
}

function withoutComma(text: string): string {
  return text.replace(/,(?=\s\d)/, '');
}

function capitalless(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
