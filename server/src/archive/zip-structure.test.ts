import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { archiveEntries } from '@holdfast/shared/manifest';
import { ZipArchive } from 'archiver';
import { expect, it, vi } from 'vitest';
import type { ZipEntry } from './zip-directory.ts';
import { requireZipStructure } from './zip-structure.ts';

vi.setConfig({ testTimeout: 120_000 });

const mib = Buffer.alloc(1024 * 1024);

/** What the writer of archives makes around a dump of so many bytes; the dump itself is not kept. */
async function written(dumpMib: number) {
  const zip = new ZipArchive({ store: true, forceZip64: true });
  const pieces: Buffer[] = [];
  const keep = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (chunk.length < mib.length) pieces.push(Buffer.from(chunk));
      done();
    },
  });
  const names = Object.values(archiveEntries);
  const contents = names.map((name) => Buffer.from(name.repeat(3)));
  const writing = pipeline(zip, keep);
  for (const [at, name] of names.entries()) {
    const content = at === 1 ? Readable.from(Array.from({ length: dumpMib }, () => mib)) : (contents[at] ?? mib);
    const isIn = new Promise((resolve) => zip.once('entry', resolve));
    zip.append(content, { name });
    await isIn;
  }
  await Promise.all([zip.finalize(), writing]);
  let crc = 0;
  for (let at = 0; at < dumpMib; at += 1) crc = crc32(mib, crc);
  return { bytes: Buffer.concat(pieces), names, contents, dump: { crc, size: dumpMib * mib.length } };
}

/** The pieces between the contents, and the entries, as a reader finds them. */
function taken({ bytes, names, contents, dump }: Awaited<ReturnType<typeof written>>) {
  const isLarge = dump.size > 0xffff_ffff;
  const entries: ZipEntry[] = [];
  const pieces: Buffer[] = [];
  let [inBytes, inFile] = [0, 0];
  for (const [at, name] of names.entries()) {
    const header = 30 + name.length + (at === 2 ? (isLarge ? 24 : 16) : 0);
    pieces.push(bytes.subarray(inBytes, inBytes + header));
    const content = contents[at] ?? mib;
    const [size, crc] = at === 1 ? [dump.size, dump.crc] : [content.length, crc32(content)];
    entries.push({ name, start: inFile + header, end: inFile + header + size, crc32: crc });
    inBytes += header + (at === 1 ? 0 : size);
    inFile += header + size;
  }
  pieces.push(bytes.subarray(inBytes));
  return { entries, pieces };
}

it.each([1, 4 * 1024 + 1])('is what the writer writes around a dump of %d MiB', async (dumpMib) => {
  const { entries, pieces } = taken(await written(dumpMib));
  requireZipStructure(entries, pieces);
  for (const [at, piece] of pieces.entries()) {
    for (let byte = 0; byte < piece.length; byte += 1) {
      const other = pieces.map((one) => Buffer.from(one));
      other[at]?.writeUInt8((piece[byte] ?? 0) ^ (1 << (byte % 8)), byte);
      expect(() => requireZipStructure(entries, other), `byte ${byte} of piece ${at}`).toThrow(
        'is not what was written',
      );
    }
  }
});
