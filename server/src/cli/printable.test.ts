import { expect, it } from 'vitest';
import { displayWidth, printable } from './printable.ts';

it('leaves names alone, whatever their script', () => {
  expect(printable('commandes-été.заказы.注文 "x" \\ 🚀')).toBe('commandes-été.заказы.注文 "x" \\ 🚀');
});

it.each([
  ['\u001b[2Jgone', '\\u001b[2Jgone'],
  ['a\nb\tc', 'a\\u000ab\\u0009c'],
  ['\u009b1m', '\\u009b1m'],
  ['abc\u202edef', 'abc\\u202edef'],
  ['\ud800', '\\ud800'],
])('writes what moves the cursor or hides text as escapes: %j', (text, shown) => {
  expect(printable(text)).toBe(shown);
});

it.each([
  ['shop', 4],
  ['größen', 6],
  ['gro\u0308ße', 5],
  ['寸法', 4],
  ['🚀!', 3],
])('%s takes %d columns', (text, columns) => {
  expect(displayWidth(text)).toBe(columns);
});
