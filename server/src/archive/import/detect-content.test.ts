import { describe, expect, it } from 'vitest';
import { detectContent } from './detect-content.ts';

describe('detectContent', () => {
  it.each([
    ['', 'is empty'],
    ['<!doctype html>', 'does not begin like a mongodump archive, gzip or BSON'],
    ['PK\x03\x04', 'is a ZIP file. If Holdfast wrote it, put it at the destination and adopt it'],
    ['\x28\xb5\x2f\xfd', 'is compressed with zstd'],
    ['age-encryption.org/v1\n', 'is encrypted with age'],
  ])('says what %j is instead of a dump', (text, words) => {
    expect(() => detectContent(Buffer.from(text, 'latin1'), 'file')).toThrow(words);
  });
});
