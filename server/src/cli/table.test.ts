import { expect, it } from 'vitest';
import { facts, table } from './table.ts';

const columns = [
  { title: 'name', value: ({ name }: { name: string; size: number }) => name },
  {
    title: 'size',
    value: ({ size }: { name: string; size: number }) => String(size),
    align: 'right' as const,
  },
  { title: 'note', value: () => '' },
];

it('aligns columns, numbers to the right, without blanks at the end', () => {
  const rows = [
    { name: 'shop', size: 5 },
    { name: 'a-longer-name', size: 12_345 },
  ];
  expect(table(rows, columns, 'none')).toBe(
    ['NAME            SIZE  NOTE', 'shop               5', 'a-longer-name  12345'].join('\n'),
  );
});

it('says what stands there when there is no row', () => {
  expect(table([], columns, 'Nothing runs.')).toBe('Nothing runs.');
});

it('lets no value break its line', () => {
  expect(table([{ name: 'a\nb', size: 1 }], columns, '').split('\n')).toHaveLength(2);
  expect(facts([['Name', 'a\nb']])).toBe('Name  a\\u000ab');
});

it('pads the titles of facts', () => {
  expect(
    facts([
      ['Id', '1'],
      ['Status', 'completed'],
    ]),
  ).toBe('Id      1\nStatus  completed');
});
