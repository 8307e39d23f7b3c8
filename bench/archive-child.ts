// One measured run in a process of its own, so that its memory is only that of the archive. Takes a task as JSON on stdin, prints
// its figures as one line of JSON.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { json } from 'node:stream/consumers';
import { parseIdentity } from '../server/src/archive/age/age-keys.ts';
import { ArchiveCollections } from '../server/src/archive/archive-collections.ts';
import { type ArchiveSource, openArchive } from '../server/src/archive/open-archive.ts';
import { readPage } from '../server/src/archive/read-page.ts';
import { verifyArchive } from '../server/src/archive/verify-archive.ts';
import { writeArchive } from '../server/src/archive/write-archive.ts';
import { archiveSource } from '../server/src/storage/archive-source.ts';
import { openStorage } from '../server/src/storage/open-storage.ts';
import type { S3Credentials } from '../server/src/storage/s3-place.ts';
import { manifestBase } from '../server/src/testing/memory-archive.ts';
import { benchDatabase } from './archive-data.ts';
import { timed } from './measures.ts';

export interface ArchiveTask {
  readonly work: 'write' | 'verify' | 'look';
  readonly uri: string;
  readonly mongodump: string;
  /** Where the archive is, or will be. */
  readonly location: string;
  readonly credentials: S3Credentials | null;
  /** `AGE-SECRET-KEY-1...`: the archive is encrypted for it. */
  readonly identity: string | null;
}

const key = 'bench/archive.zip';
const task = (await json(process.stdin)) as ArchiveTask;
const { credentials } = task;
const storage = await openStorage(task.location, { credentials });
const identities = task.identity === null ? [] : [parseIdentity(task.identity)];
const delays = monitorEventLoopDelay({ resolution: 2 });
delays.enable();
const result = await { write, verify, look }[task.work]();
delays.disable();
const { maxRSS } = process.resourceUsage();
const common = { peakRssBytes: maxRSS * 1024, loopDelayP99Ms: delays.percentile(99) / 1e6 };
process.stdout.write(`${JSON.stringify({ ...result, ...common })}\n`);

async function write() {
  await storage.remove(key);
  const startedAt = performance.now();
  const upload = await storage.createUpload(key, randomUUID());
  const args = ['--quiet', `--uri=${task.uri}`, `--db=${benchDatabase}`, '--archive'];
  const child = spawn(task.mongodump, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const sourceEnded = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`mongodump exited ${code}`))));
  });
  const { manifest } = await writeArchive({
    source: child.stdout,
    givesChunksAway: true,
    sourceEnded,
    output: upload.body,
    exclude: () => false,
    recipients: identities.map(({ recipient }) => recipient),
    manifest: manifestBase,
  });
  const { sizeBytes } = await upload.seal();
  await upload.commit();
  return { wallMs: performance.now() - startedAt, sizeBytes, rawBytes: manifest.dump.rawBytes, cpuMs: cpuMs() };
}

async function verify() {
  const source = await archiveSource(storage, key);
  const { manifest } = await openArchive(source, { identities });
  const { durationMs } = await verifyArchive({ source, identities });
  return { wallMs: durationMs, sizeBytes: source.sizeBytes, rawBytes: manifest.dump.rawBytes, cpuMs: cpuMs() };
}

/** Twenty documents from the middle of each collection, the archive opened anew each time; the slowest counts. */
async function look() {
  const names = (await openArchive(await archiveSource(storage, key), { identities })).manifest.namespaces;
  let wallMs = 0;
  for (const { database, collection } of names) {
    const name = `${database}.${collection}`;
    // The first time, the code itself is compiled.
    for (let time = 0; time < 2; time += 1) {
      const took = await timed(async () => {
        const found = await collectionOf(await archiveSource(storage, key), name);
        const from = found.namespace.documents >> 1;
        const how = { from, limit: 20, filter: undefined, format: 'relaxed', maxText: 1e9 } as const;
        await readPage(found, (frame) => found.read(frame), { ...how, budget: { ms: 1e9, bytes: 1e15 } });
      });
      if (time > 0) wallMs = Math.max(wallMs, took);
    }
  }
  return { wallMs, smallShare: await smallShare() };
}

/** How much of the file is read to get the smallest collection, all of it. */
async function smallShare(): Promise<number> {
  const source = counting(await archiveSource(storage, key));
  const archive = await openArchive(source, { identities });
  const [smallest] = archive.manifest.namespaces.toSorted((a, b) => a.bytes - b.bytes);
  const namespaces = new Set([`${smallest?.database}.${smallest?.collection}`]);
  for await (const _ of archive.dumpStream({ namespaces }));
  return source.bytesRead / source.sizeBytes;
}

function counting(source: ArchiveSource): ArchiveSource & { readonly bytesRead: number } {
  let bytesRead = 0;
  return {
    sizeBytes: source.sizeBytes,
    get bytesRead() {
      return bytesRead;
    },
    read(range) {
      bytesRead += range.end - range.start;
      return source.read(range);
    },
  };
}

async function collectionOf(source: ArchiveSource, name: string) {
  const found = new ArchiveCollections(await openArchive(source, { identities })).find(name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
