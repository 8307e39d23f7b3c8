// One measured run in a process of its own, so that its memory is only that of the archive: `write URI FOLDER MONGODUMP` or
// `verify URI FOLDER KEY`. Prints one line of JSON.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { openArchive } from '../server/src/archive/open-archive.ts';
import { verifyArchive } from '../server/src/archive/verify-archive.ts';
import { writeArchive } from '../server/src/archive/write-archive.ts';
import { archiveSource } from '../server/src/storage/archive-source.ts';
import { openFileStorage } from '../server/src/storage/file-storage.ts';
import { manifestBase } from '../server/src/testing/memory-archive.ts';
import { benchDatabase } from './archive-data.ts';

const [command, uri = '', directory = '', argument = ''] = process.argv.slice(2);
const key = 'bench/archive.zip';
const storage = await openFileStorage({ directory });
const result = command === 'write' ? await write(argument) : await verify();
const { maxRSS } = process.resourceUsage();
process.stdout.write(`${JSON.stringify({ ...result, peakRssBytes: maxRSS * 1024 })}\n`);

async function write(mongodump: string) {
  await storage.remove(key);
  const startedAt = performance.now();
  const upload = await storage.createUpload(key, randomUUID());
  const args = ['--quiet', `--uri=${uri}`, `--db=${benchDatabase}`, '--archive'];
  const child = spawn(mongodump, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const sourceEnded = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`mongodump exited ${code}`))));
  });
  const { manifest } = await writeArchive({
    source: child.stdout,
    sourceEnded,
    output: upload.body,
    exclude: () => false,
    manifest: manifestBase,
  });
  const { sizeBytes } = await upload.seal();
  await upload.commit();
  return { wallMs: performance.now() - startedAt, sizeBytes, rawBytes: manifest.dump.rawBytes, cpuMs: cpuMs() };
}

async function verify() {
  const source = await archiveSource(storage, key);
  const { manifest } = await openArchive(source);
  const { durationMs } = await verifyArchive({ source });
  return { wallMs: durationMs, sizeBytes: source.sizeBytes, rawBytes: manifest.dump.rawBytes, cpuMs: cpuMs() };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
