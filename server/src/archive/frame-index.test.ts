import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrameIndex, encodeFrameIndex } from './frame-index.ts';

const frame = fc.record({
  namespace: fc.nat(),
  documents: fc.nat(),
  rawBytes: fc.nat({ max: 32 * 1024 * 1024 }),
  storedBytes: fc.integer({ min: 9, max: 32 * 1024 * 1024 }),
});

describe('the frame index', () => {
  it('gives back every frame, and where each begins', () => {
    fc.assert(
      fc.property(fc.array(frame), (frames) => {
        let storedOffset = 0;
        const expected = frames.map((one) => {
          const placed = { ...one, storedOffset };
          storedOffset += one.storedBytes;
          return placed;
        });
        expect(decodeFrameIndex(encodeFrameIndex(frames))).toStrictEqual(expected);
      }),
    );
  });

  it.each([
    { rawBytes: 33 * 1024 * 1024, storedBytes: 100 },
    { rawBytes: 100, storedBytes: 33 * 1024 * 1024 },
    { rawBytes: 100, storedBytes: 0 },
  ])('refuses what no frame can be: %j', (sizes) => {
    const index = encodeFrameIndex([{ namespace: 1, documents: 1, ...sizes }]);
    expect(() => decodeFrameIndex(index)).toThrow('than any can be');
  });

  it('is stored as documented', () => {
    const index = encodeFrameIndex([{ namespace: 0, documents: 0, rawBytes: 300, storedBytes: 128 }]);
    expect(index.toString('hex')).toBe(`${Buffer.from('HFFRAMES').toString('hex')}01010000ac028001`);
  });

  it('takes a dozen bytes for a frame', () => {
    const frames = Array.from({ length: 1000 }, () => ({
      namespace: 99,
      documents: 40_000,
      rawBytes: 8_400_000,
      storedBytes: 2_000_000,
    }));
    expect(encodeFrameIndex(frames).length / frames.length).toBeLessThan(13);
  });

  it('refuses one that is cut, goes on, or is something else', () => {
    const index = encodeFrameIndex([{ namespace: 1, documents: 2, rawBytes: 300, storedBytes: 400 }]);
    for (let length = 0; length < index.length; length += 1) {
      expect(() => decodeFrameIndex(index.subarray(0, length))).toThrow('frame index of the archive is damaged');
    }
    expect(() => decodeFrameIndex(Buffer.concat([index, Buffer.from([0])]))).toThrow('something follows it');
    expect(() => decodeFrameIndex(Buffer.concat([index.subarray(0, 8), Buffer.from([2, 0])]))).toThrow(
      'version is unknown',
    );
    const huge = Buffer.concat([index.subarray(0, 8), Buffer.from([1]), Buffer.alloc(9, 0xff), Buffer.from([1])]);
    expect(() => decodeFrameIndex(huge)).toThrow('a number is too large');
  });
});
