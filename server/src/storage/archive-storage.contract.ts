// What every driver must keep, in the order of the interface's promises. `reopen` gives another instance over the same place.
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { v7 as uuid } from 'uuid';
import { describe, expect, it } from 'vitest';
import type { ArchiveStorage, Upload } from './archive-storage.ts';

export interface StorageUnderTest extends AsyncDisposable {
  readonly storage: ArchiveStorage;
  reopen(): Promise<ArchiveStorage>;
}

/** Runs the contract against a driver. */
export function describeStorage(name: string, open: () => Promise<StorageUnderTest>): void {
  describe(`${name} as an archive storage`, () => {
    it('keeps its id when it is opened again', async () => {
      await using place = await open();
      expect((await place.reopen()).id).toBe(place.storage.id);
    });

    it('shows nothing under the key before the commit, and exactly the bytes after it', async () => {
      await using place = await open();
      const { storage } = place;
      const bytes = randomBytes(3_000_001);
      const upload = await storage.createUpload(key, uuid());
      await write(upload, bytes);
      expect(await upload.seal()).toStrictEqual({ sizeBytes: bytes.length });
      expect([await storage.stat(key), await keysOf(storage)]).toStrictEqual([undefined, []]);
      await upload.commit();
      expect(await storage.stat(key)).toStrictEqual({ sizeBytes: bytes.length });
      expect(bytes.equals(await buffer(await storage.read(key)))).toBe(true);
      expect(await keysOf(storage)).toStrictEqual([key]);
      expect(await storage.removePartials(nobody)).toStrictEqual([]);
    });

    it('refuses to begin an archive whose key exists', async () => {
      await using place = await open();
      await stored(place.storage, key, Buffer.from('first'));
      await expect(place.storage.createUpload(key, uuid())).rejects.toMatchObject({ reason: 'storage-unwritable' });
      expect((await buffer(await place.storage.read(key))).toString()).toBe('first');
    });

    it('never replaces an archive, even one that was committed since the upload began', async () => {
      await using place = await open();
      const late = await place.storage.createUpload(key, uuid());
      await write(late, Buffer.from('late'));
      await late.seal();
      await stored(await place.reopen(), key, Buffer.from('first'));
      await expect(late.commit()).rejects.toMatchObject({ reason: 'storage-unwritable' });
      await late.abort();
      expect((await buffer(await place.storage.read(key))).toString()).toBe('first');
    });

    it('commits once and again, and leaves it alone when it is aborted too late', async () => {
      await using place = await open();
      const upload = await place.storage.createUpload(key, uuid());
      await write(upload, Buffer.from('x'));
      await upload.seal();
      await upload.commit();
      await upload.commit();
      await upload.abort();
      await place.storage.discardUpload(upload.token);
      expect(await place.storage.stat(key)).toStrictEqual({ sizeBytes: 1 });
    });

    it('keeps an archive without a byte', async () => {
      await using place = await open();
      await stored(place.storage, key, Buffer.alloc(0));
      expect(await place.storage.stat(key)).toStrictEqual({ sizeBytes: 0 });
      expect((await buffer(await place.storage.read(key))).length).toBe(0);
    });

    it('refuses to seal what has not ended, or was aborted', async () => {
      await using place = await open();
      const upload = await place.storage.createUpload(key, uuid());
      upload.body.write(Buffer.from('x'));
      await expect(upload.seal()).rejects.toThrow('has not ended');
      await upload.abort();
      await expect(upload.seal()).rejects.toThrow('aborted');
    });

    it('says so when the unfinished bytes were removed before the commit', async () => {
      await using place = await open();
      const upload = await place.storage.createUpload(key, uuid());
      await write(upload, Buffer.from('x'));
      await upload.seal();
      await place.storage.removePartials(nobody);
      await expect(upload.commit()).rejects.toMatchObject({ reason: 'storage-missing' });
      expect(await keysOf(place.storage)).toStrictEqual([]);
    });

    it('refuses to commit what was not sealed', async () => {
      await using place = await open();
      const upload = await place.storage.createUpload(key, uuid());
      await write(upload, Buffer.from('x'));
      await expect(upload.commit()).rejects.toThrow('not sealed');
      await upload.abort();
    });

    it('finishes a sealed upload from another instance, once and again', async () => {
      await using place = await open();
      const upload = await place.storage.createUpload(key, uuid());
      await write(upload, Buffer.from('sealed'));
      await upload.seal();
      const other = await place.reopen();
      expect(await other.finishUpload({ key, token: upload.token })).toBe(true);
      expect(await other.finishUpload({ key, token: upload.token })).toBe(true);
      expect((await buffer(await other.read(key))).toString()).toBe('sealed');
    });

    it('takes its archive as committed when another instance finished it', async () => {
      await using place = await open();
      const upload = await place.storage.createUpload(key, uuid());
      await write(upload, Buffer.from('sealed'));
      await upload.seal();
      await (await place.reopen()).finishUpload({ key, token: upload.token });
      await upload.commit();
      expect(await place.storage.stat(key)).toStrictEqual({ sizeBytes: 6 });
    });

    it('says so when there is nothing left to finish', async () => {
      await using place = await open();
      const upload = await place.storage.createUpload(key, uuid());
      await write(upload, Buffer.from('gone'));
      await upload.seal();
      await place.storage.discardUpload(upload.token);
      await place.storage.discardUpload(upload.token);
      expect(await place.storage.finishUpload({ key, token: upload.token })).toBe(false);
      expect(await place.storage.stat(key)).toBeUndefined();
    });

    it('leaves nothing when an upload is aborted while bytes are being written', async () => {
      await using place = await open();
      const upload = await place.storage.createUpload(key, uuid());
      const writing = pipeline(Readable.from(endless()), upload.body);
      const aborted = expect(writing).rejects.toThrow();
      await new Promise((resolve) => setImmediate(resolve));
      await upload.abort();
      await upload.abort();
      await aborted;
      expect(await place.storage.removePartials(nobody)).toStrictEqual([]);
      expect(await keysOf(place.storage)).toStrictEqual([]);
    });

    it('removes unfinished uploads but those that are kept', async () => {
      await using place = await open();
      const [kept, orphan] = [await begun(place.storage, 'a/1.zip'), await begun(place.storage, 'a/2.zip')];
      for (const upload of [kept, orphan]) await write(upload, Buffer.from('x'));
      expect(await place.storage.removePartials(async () => new Set([kept.token]))).toStrictEqual([orphan.token]);
      await kept.seal();
      await kept.commit();
      expect(await keysOf(place.storage)).toStrictEqual(['a/1.zip']);
    });

    it('leaves an upload that begins while the owners are asked for', async () => {
      await using place = await open();
      let late: Upload | undefined;
      const removed = await place.storage.removePartials(async () => {
        late = await begun(place.storage, key);
        return new Set();
      });
      expect(removed).toStrictEqual([]);
      await write(late as Upload, Buffer.from('x'));
      await late?.seal();
      await late?.commit();
      expect(await keysOf(place.storage)).toStrictEqual([key]);
    });

    it('goes by the token that it was given, and refuses one that is taken', async () => {
      await using place = await open();
      const upload = await place.storage.createUpload('a/1.zip', missingToken);
      expect(upload.token).toBe(missingToken);
      for (const name of ['a/1.zip', 'a/2.zip']) {
        const again = place.storage.createUpload(name, missingToken);
        await expect(again).rejects.toMatchObject({ reason: 'storage-unwritable' });
      }
      expect(await place.storage.removePartials(nobody)).toStrictEqual([missingToken]);
    });

    it('reads any range', async () => {
      await using place = await open();
      const bytes = randomBytes(100_000);
      await stored(place.storage, key, bytes);
      for (const [start, end] of [
        [0, 1],
        [10, 10],
        [99_999, 100_000],
        [5_000, 70_000],
      ] as const) {
        const read = await buffer(await place.storage.read(key, { start, end }));
        expect(read.equals(bytes.subarray(start, end)), `${start} to ${end}`).toBe(true);
      }
      expect((await buffer(await place.storage.read(key, { start: 99_990 }))).equals(bytes.subarray(99_990))).toBe(
        true,
      );
    });

    it('says storage-missing for an archive that is not there', async () => {
      await using place = await open();
      await expect(place.storage.read('no/such.zip')).rejects.toMatchObject({ reason: 'storage-missing' });
    });

    it('removes an archive once and again, and leaves its neighbours', async () => {
      await using place = await open();
      await stored(place.storage, 'a/2026/1.zip', Buffer.from('1'));
      await stored(place.storage, 'a/2026/2.zip', Buffer.from('2'));
      await place.storage.remove('a/2026/1.zip');
      await place.storage.remove('a/2026/1.zip');
      expect(await keysOf(place.storage)).toStrictEqual(['a/2026/2.zip']);
    });

    it('lists in the order of the keys', async () => {
      await using place = await open();
      const keys = ['b/2.zip', 'a/2026/11/2.zip', 'a/2026/11/1.zip', 'b/1.zip', 'a/2025/1.zip'];
      for (const name of keys) await stored(place.storage, name, Buffer.from(name));
      const found: string[] = [];
      for await (const one of place.storage.list()) {
        expect(one.sizeBytes).toBe(one.key.length);
        found.push(one.key);
      }
      expect(found).toStrictEqual(keys.sort());
    });

    it('keeps names of people: blanks, umlauts, and long ones', async () => {
      await using place = await open();
      const name = `Größe 1/${'x'.repeat(240)}/人 'quoted' $HOME.zip`;
      await stored(place.storage, name, Buffer.from('x'));
      expect(await keysOf(place.storage)).toStrictEqual([name]);
      await place.storage.remove(name);
      expect(await keysOf(place.storage)).toStrictEqual([]);
    });

    it.each([
      ...[
        '',
        '/',
        '/a.zip',
        '../a.zip',
        'a//b.zip',
        'a/../b.zip',
        './a.zip',
        'a/',
        '.partial/x',
        'a\0b',
        'a\\b',
        'a\nb',
      ],
      ...['x'.repeat(256), 'x/'.repeat(600), '\ud800'],
    ])('refuses the key %j', async (bad) => {
      await using place = await open();
      await expect(async () => place.storage.createUpload(bad, uuid())).rejects.toThrow('not a key');
      await expect(async () => place.storage.remove(bad)).rejects.toThrow('not a key');
      await expect(async () => place.storage.stat(bad)).rejects.toThrow('not a key');
      await expect(async () => place.storage.read(bad)).rejects.toThrow('not a key');
      await expect(async () => place.storage.finishUpload({ key: bad, token: missingToken })).rejects.toThrow(
        'not a key',
      );
    });

    it.each(['', '..', '../x', 'a/b'])('refuses the token %j', async (token) => {
      await using place = await open();
      await expect(async () => place.storage.finishUpload({ key, token })).rejects.toThrow('not a token');
      await expect(async () => place.storage.discardUpload(token)).rejects.toThrow('not a token');
      await expect(async () => place.storage.createUpload(key, token)).rejects.toThrow('not a token');
    });

    it('takes several uploads at once', async () => {
      await using place = await open();
      const bodies = Array.from({ length: 4 }, (_, n) => [`a/${n}.zip`, randomBytes(500_000 + n)] as const);
      await Promise.all(bodies.map(([name, bytes]) => stored(place.storage, name, bytes)));
      for (const [name, bytes] of bodies) expect(bytes.equals(await buffer(await place.storage.read(name)))).toBe(true);
    });

    it('passes its own probe and leaves nothing of it', async () => {
      await using place = await open();
      await place.storage.probe();
      expect(await keysOf(place.storage)).toStrictEqual([]);
    });
  });
}

const missingToken = '0193592e-7f6c-7000-8000-000000000001';
const key = 'shop/2026/11/20261124T020000Z-x.zip';

const nobody = async () => new Set<string>();

function begun(storage: ArchiveStorage, name: string): Promise<Upload> {
  return storage.createUpload(name, uuid());
}

/** Writes and commits an archive. */
export async function stored(storage: ArchiveStorage, name: string, bytes: Buffer): Promise<void> {
  const upload = await begun(storage, name);
  await write(upload, bytes);
  await upload.seal();
  await upload.commit();
}

function write(upload: Upload, bytes: Buffer): Promise<void> {
  return pipeline(
    Readable.from([bytes.subarray(0, bytes.length >> 1), bytes.subarray(bytes.length >> 1)]),
    upload.body,
  );
}

async function keysOf(storage: ArchiveStorage): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key: found } of storage.list()) keys.push(found);
  return keys.sort();
}

function* endless(): Generator<Buffer> {
  for (;;) yield Buffer.alloc(65_536, 1);
}
