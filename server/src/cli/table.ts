import { displayWidth, printable } from './printable.ts';

export interface Column<T> {
  readonly title: string;
  readonly value: (row: T) => string;
  readonly align?: 'left' | 'right';
}

/** Rows under upper-case titles, columns two spaces apart; `empty` stands there when there are none. */
export function table<T>(rows: readonly T[], columns: readonly Column<T>[], empty: string): string {
  if (rows.length === 0) return empty;
  const cells = rows.map((row) => columns.map(({ value }) => printable(value(row))));
  const lines = [columns.map(({ title }) => title.toUpperCase()), ...cells];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => displayWidth(line[index] ?? ''))));
  return lines.map((line) => aligned(line, widths, columns).trimEnd()).join('\n');
}

/** `title  value` lines, titles padded to the longest. */
export function facts(entries: readonly (readonly [title: string, value: string])[]): string {
  const width = Math.max(...entries.map(([title]) => title.length));
  return entries.map(([title, value]) => `${title.padEnd(width)}  ${printable(value)}`).join('\n');
}

function aligned(
  line: readonly string[],
  widths: readonly number[],
  columns: readonly { readonly align?: 'left' | 'right' }[],
): string {
  return line
    .map((cell, index) => {
      const blanks = ' '.repeat((widths[index] ?? 0) - displayWidth(cell));
      return columns[index]?.align === 'right' ? `${blanks}${cell}` : `${cell}${blanks}`;
    })
    .join('  ');
}
