// What a safety backup holds becomes an archive: single namespaces read by the driver, as of one moment where the server can;
// everything by mongodump. From the primary, whatever backups are read from: what is about to be replaced is what is there now.
import { OperationFailure } from '@holdfast/shared/failures';
import type { BackupId } from '@holdfast/shared/ids';
import type { ArchiveProgress } from '../../archive/archive-progress.ts';
import { buildArchive } from '../../archive/import/build-archive.ts';
import { holdsUsersAndRoles } from '../../archive/users-and-roles.ts';
import {
  type ManifestBase,
  type WriteArchiveOptions,
  type WrittenArchive,
  writeArchive,
} from '../../archive/write-archive.ts';
import { excludedFrom } from '../../commands/excluded.ts';
import type { DeploymentState } from '../../domain/deployment.ts';
import { readOptime } from '../../engine/read-optime.ts';
import { unlessAborted } from '../../engine/unless-aborted.ts';
import { everHadUsers } from '../../engine/users-and-roles.ts';
import { midway } from '../../failpoints.ts';
import type { Recipients } from '../../keys/keyring.ts';
import type { BegunUpload } from '../begin-upload.ts';
import { dumpInto } from '../dump-into.ts';
import { dumpImpact, type Impact } from '../impact.ts';
import { manifestBase } from '../manifest-base.ts';
import { isSnapshotGone, type LiveReading, liveNamespace, liveUsers } from './read-live.ts';
import type { SafetyContents, SafetyWork } from './safety-backup.ts';

/** What the archive is written for and with. */
export interface WriteOrder {
  readonly backupId: BackupId;
  readonly deployment: DeploymentState;
  readonly impact: Impact;
  readonly recipients: Recipients;
}

export interface WriteInto {
  readonly progress: ArchiveProgress;
  /** Begins an upload; asked again when what was begun is of no use. */
  begin(): Promise<BegunUpload>;
}

export interface WrittenSafety {
  readonly written: WrittenArchive;
  readonly begun: BegunUpload;
}

/** Its bytes are all with the upload, which is neither sealed nor aborted. Throws OperationFailure. */
export async function writeSafety(
  work: SafetyWork,
  order: WriteOrder,
  contents: SafetyContents,
  into: WriteInto,
): Promise<WrittenSafety> {
  if (contents.kind === 'everything') return await writeEverything(work, order, contents, into);
  if (!canBeOfOneMoment(work, contents)) return await writeNeeded(work, order, contents, into, undefined);
  await using session = work.client.startSession({ snapshot: true });
  try {
    return await writeNeeded(work, order, contents, into, session);
  } catch (error) {
    if (!isSnapshotGone(error)) throw error;
    await work.attempt.safety?.upload.abort();
    return await writeNeeded(work, order, contents, into, undefined);
  }
}

/** So much is read well within the five minutes for which a server keeps what was. */
const oneMomentBytes = 1024 * 1024 * 1024;

function canBeOfOneMoment({ server }: SafetyWork, { bytes }: SafetyContents): boolean {
  const [major = 0] = server.version.split('.').map(Number);
  return server.replicaSet !== null && major >= 5 && bytes <= oneMomentBytes;
}

async function writeNeeded(
  work: SafetyWork,
  order: WriteOrder,
  contents: SafetyContents,
  into: WriteInto,
  session: LiveReading['session'],
): Promise<WrittenSafety> {
  const { client, run, services } = work;
  const reading: LiveReading = { client, signal: run.signal, session };
  const files = await Promise.all(contents.namespaces.map((one) => liveNamespace(reading, one)));
  const { database } = order.deployment.facts;
  const users = contents.usersAndRoles ? await liveUsers(reading, database) : [];
  const base = await baseOf(work, order, contents, database);
  const versions = { toolVersion: base.tool.version, serverVersion: base.server.version };
  const begun = await into.begin();
  const written = await write(work, order, into, {
    source: midway(buildArchive(versions, [...files, ...users]), 'mid-stream', services.failpoint),
    sourceEnded: Promise.resolve(),
    output: begun.upload.body,
    exclude: () => false,
    manifest: base,
  });
  return { written, begun };
}

/** Of one database by itself, of several out of a dump of all. */
async function writeEverything(
  work: SafetyWork,
  order: WriteOrder,
  contents: SafetyContents,
  into: WriteInto,
): Promise<WrittenSafety> {
  const { services, run, address, server } = work;
  const { databases } = contents;
  const usersAndRoles = contents.usersAndRoles && (await unlessAborted(run.signal, everHadUsers(work.client)));
  const { database } = order.deployment.facts;
  const limitedTo = databases?.every((name) => name === database) ? database : null;
  // A dump of one database has its users only.
  const single = databases?.length === 1 && !usersAndRoles ? databases[0] : undefined;
  const only = limitedTo ?? single ?? null;
  const excluded = excludedFrom(services.ledgerPlace, server);
  const impact = dumpImpact({ ...order.impact, readPreference: 'primary', usersAndRoles });
  const base = await baseOf(work, order, contents, only);
  const begun = await into.begin();
  const written = await dumpInto(services, run, { address, database: only, ...impact }, (dump) =>
    write(work, order, into, {
      source: midway(dump.stdout, 'mid-stream', services.failpoint),
      givesChunksAway: true,
      sourceEnded: dump.exited,
      output: begun.upload.body,
      exclude: (database, collection) =>
        holdsUsersAndRoles(database, collection)
          ? !usersAndRoles
          : excluded(database, collection) || databases?.includes(database) === false,
      manifest: base,
    }),
  );
  requireHeld(contents, written);
  return { written, begun };
}

function requireHeld({ namespaces }: SafetyContents, { manifest }: WrittenArchive): void {
  const held = new Set(manifest.namespaces.map(({ database, collection }) => `${database}.${collection}`));
  const lost = namespaces
    .map(({ database, collection }) => `${database}.${collection}`)
    .filter((name) => !held.has(name));
  if (lost.length === 0) return;
  throw new OperationFailure(
    'dump-incomplete',
    `${lost.length} collections are not in it: ${lost.slice(0, 5).join(', ')}.`,
  );
}

async function baseOf(
  { services, server, restore }: SafetyWork,
  { deployment, backupId }: WriteOrder,
  { kind, access }: SafetyContents,
  database: string | null,
): Promise<ManifestBase> {
  const base = await manifestBase(services, deployment, server, backupId);
  return { ...base, database, safety: { restoreId: restore.restoreId, kind, ...access } };
}

async function write(
  { client, run }: SafetyWork,
  { recipients }: WriteOrder,
  { progress }: WriteInto,
  options: Omit<WriteArchiveOptions, 'recipients' | 'progress' | 'signal' | 'atEnd'>,
): Promise<WrittenArchive> {
  const start = await unlessAborted(run.signal, readOptime(client));
  return await writeArchive({
    ...options,
    recipients: recipients.recipients,
    atEnd: async () => ({ optimes: { start, end: await unlessAborted(run.signal, readOptime(client)) } }),
    progress,
    signal: run.signal,
  });
}
