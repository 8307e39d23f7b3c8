import { type Document, Double, Int32, serialize } from 'bson';
import { describe, expect, test } from 'vitest';
import { differingField } from './differing-field.ts';

describe('where two documents differ', () => {
  test('is named by the path of the field', () => {
    const [was, is] = [{ lines: [{ sku: 'a' }, { sku: 'b' }] }, { lines: [{ sku: 'a' }, { sku: 'c' }] }];
    expect(between(was, is)).toBe('`lines.1.sku` differs, from byte 50 of 55');
  });

  test('is a field that went or came', () => {
    expect(between({ a: new Int32(1), b: new Int32(2) }, { a: new Int32(1) })).toMatch(
      /^`b` differs, .* of 19, now 12$/,
    );
  });

  test('is seen between numbers of equal value and different type', () => {
    expect(between({ price: new Int32(1) }, { price: new Double(1) })).toContain('`price`');
  });

  test('is the order of the fields when nothing else is', () => {
    const [a, b] = [new Int32(1), new Int32(2)];
    expect(between({ a, b }, { b, a })).toContain('the order of its fields');
    expect(between({ inner: { a, b } }, { inner: { b, a } })).toContain('`inner`');
  });

  test('never shows a value', () => {
    expect(between({ name: 'Amélie' }, { name: 'Am?lie' })).not.toMatch(/Am/);
  });
});

function between(was: Document, is: Document): string {
  return differingField(Buffer.from(serialize(was)), Buffer.from(serialize(is)));
}
