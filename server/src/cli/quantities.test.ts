import { describe, expect, it } from 'vitest';
import { counted, formatBytes, formatCount, formatDuration } from './quantities.ts';

describe('bytes', () => {
  it.each([
    [0, '0 B'],
    [1, '1 B'],
    [999, '999 B'],
    [1_000, '1.00 kB'],
    [9_999, '10.0 kB'],
    [99_960, '100 kB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [3_420_000_000, '3.42 GB'],
    [34_200_000_000, '34.2 GB'],
    [1_500_000_000_000, '1.50 TB'],
    [9_007_199_254_740_991, '9.01 PB'],
  ])('%d is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('durations', () => {
  it.each([
    [0, '0 ms'],
    [850, '850 ms'],
    [999.6, '1.0 s'],
    [12_340, '12.3 s'],
    [59_949, '59.9 s'],
    [59_960, '1 min 0 s'],
    [245_000, '4 min 5 s'],
    [3_599_600, '1 h 0 min'],
    [7_380_000, '2 h 3 min'],
    [360_000_000, '100 h 0 min'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

it('groups thousands', () => {
  expect(formatCount(1_234_567)).toBe('1,234,567');
});

it('counts one, none and many', () => {
  expect(counted(1, 'document')).toBe('1 document');
  expect(counted(0, 'document')).toBe('0 documents');
  expect(counted(2, 'policy')).toBe('2 policies');
  expect(counted(7, 'day')).toBe('7 days');
  expect(counted(1_000, 'index')).toBe('1,000 indexes');
});
