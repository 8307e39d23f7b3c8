import { expect, it } from 'vitest';
import { filterOf } from './find-text.ts';

it.each([
  ['', null],
  ['   ', null],
  ['507F1f77bcf86cd799439011', '{"_id": {"$oid":"507f1f77bcf86cd799439011"}}'],
  ['0193592e-7f6c-7000-8000-000000000001', '{"_id": {"$uuid":"0193592e-7f6c-7000-8000-000000000001"}}'],
  ['42', '{"_id": 42}'],
  ['-1.5e3', '{"_id": -1.5e3}'],
  ['9007199254740993', '{"_id": 9007199254740993}'],
  ['"42"', '{"_id": "42"}'],
  ['007', '{"_id": "007"}'],
  ['lena@example.com', '{"_id": "lena@example.com"}'],
  ['say "hi"', '{"_id": "say \\"hi\\""}'],
  [' {"status": "paid"}', '{"status": "paid"}'],
  ['{status: 1}', '{status: 1}'],
])('%s asks for %s', (typed, filter) => {
  expect(filterOf(typed)).toBe(filter);
});
