// A mongod for one restore test: in a private folder, on a unix socket only, with nothing worth keeping. It ends with whoever
// started it, and what a killed server left of it is removed by the next one. Knows nothing of backups.
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { OperationFailure } from '@holdfast/shared/failures';
import { firstErrors } from '../embedded/mongod-log.ts';
import type { DeploymentAddress } from './connection-string.ts';
import { explained } from './driver-failure.ts';
import { connectDeployment } from './inspect-deployment.ts';
import { killOrphan, processStartTime, type RecordedProcess } from './orphan-process.ts';
import { type RunningTool, runTool } from './run-tool.ts';
import { toolFailure } from './tool-failure.ts';

export interface ThrowAwayOptions {
  readonly mongodPath: string;
  /** Made anew, for this user only; removed with everything in it. */
  readonly folder: string;
  /** Ends mongod, and the wait for it. */
  readonly signal: AbortSignal;
  /** It is a replica set of this one member, for what a standalone server refuses. */
  readonly replicaSet?: boolean;
  /** Told as soon as it runs, long before it answers. */
  readonly onStarted?: (started: RecordedProcess) => void;
}

/** Disposing of it ends the process and removes the folder. */
export interface ThrowAwayMongod extends AsyncDisposable {
  readonly address: DeploymentAddress;
  /** Aborts with OperationFailure once mongod has ended by itself. */
  readonly lost: AbortSignal;
}

/** Recovers nothing and builds nothing: it listens within a second unless the machine is busy. */
const startLimitMs = 60_000;

/**
 * Starts it; resolves once it answers. Throws OperationFailure(`tool-failed`, `tool-missing`, `tool-killed`) when it does not come
 * up, and the signal's reason; then nothing of it is left.
 */
export async function startThrowAwayMongod(options: ThrowAwayOptions): Promise<ThrowAwayMongod> {
  const { mongodPath, folder, signal, replicaSet = false } = options;
  const place = await makePlace(folder).catch(async (error: unknown) => {
    await removePlace(folder);
    throw error;
  });
  const stop = new AbortController();
  const ending = AbortSignal.any([signal, stop.signal]);
  const argv = [...mongodArguments(place), ...(replicaSet ? setArguments : [])];
  const tool = runTool({ path: mongodPath, argv, signal: ending });
  const dispose = async () => {
    stop.abort();
    await tool.exited;
    await removePlace(folder);
  };
  try {
    const started = { pid: tool.pid, startTime: await processStartTime(tool.pid) };
    options.onStarted?.(started);
    await record(folder, started);
    const lost = lossOf(tool, mongodPath, ending);
    const waiting = AbortSignal.any([ending, lost]);
    await answers(place.address, waiting);
    if (replicaSet) await becomePrimary(place, waiting);
    return { address: place.address, lost, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    const said = await firstErrors(place.logFile, 0);
    await dispose();
    throw withWords(error, said);
  }
}

/** What mongod itself says of why it ended. */
function withWords(error: unknown, said: readonly string[]): unknown {
  if (!(error instanceof OperationFailure) || said.length === 0) return error;
  return new OperationFailure(error.reason, `${error.message} It says: ${said.join('; ')}.`, { cause: error });
}

/**
 * Ends and removes what an earlier server left under `parent`, the folder of all such folders. Only for the owner of the data
 * folder, before it starts any.
 */
export async function removeThrowAways(parent: string): Promise<string[]> {
  const left = await readdir(parent).catch(() => []);
  for (const name of left) {
    const folder = join(parent, name);
    const recorded = await readFile(join(folder, processFile), 'utf8').catch(() => '');
    if (recorded !== '') await killOrphan(parseRecorded(recorded));
    await removePlace(folder);
  }
  return left;
}

interface Place {
  readonly dbPath: string;
  readonly logFile: string;
  readonly socket: string;
  readonly socketFolder: string;
  readonly address: DeploymentAddress;
}

const processFile = 'process.json';
/** Names the folder of the socket where that is not this one. */
const socketNote = 'socket-folder';
/** The name that mongod itself gives to a socket in a folder is the longest. */
const longestSocketName = '/mongodb-27017.sock';
/** A socket's path has to fit into 104 bytes on macOS, 108 on Linux. */
const longestSocketPath = 100;

async function makePlace(folder: string): Promise<Place> {
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  await mkdir(folder, { mode: 0o700 });
  const dbPath = join(folder, 'db');
  await mkdir(dbPath);
  const socketFolder = await socketFolderFor(folder);
  const socket = join(socketFolder, 'mongod.sock');
  const address: DeploymentAddress = {
    uri: `mongodb://${encodeURIComponent(socket)}/?directConnection=true`,
    hosts: ['the throw-away mongod'],
    ...{ srv: false, database: null, replicaSet: null, username: null },
  };
  return { dbPath, logFile: join(folder, 'mongod.log'), socket, socketFolder, address };
}

/** The folder itself, unless its path cannot be that of a socket. */
async function socketFolderFor(folder: string): Promise<string> {
  if (canHoldSocket(folder)) return folder;
  const elsewhere = socketParents().map((path) => join(path, `holdfast-${randomBytes(8).toString('hex')}`));
  const short = elsewhere.find(canHoldSocket);
  if (short === undefined) {
    const message = `No folder for the throw-away mongod's socket: the paths of ${folder} and ${tmpdir()} are too long, or have other signs than small letters, digits and - _ .`;
    throw new OperationFailure('tool-failed', message);
  }
  // Recorded before it is made: what is recorded is removed.
  await writeFile(join(folder, socketNote), short);
  await mkdir(short, { mode: 0o700 });
  return short;
}

function socketParents(): string[] {
  return [tmpdir(), '/tmp'];
}

/**
 * The path of a socket is taken for a host's name: mongorestore's driver writes it in small letters, mongod's list of addresses is cut
 * at commas, a port is looked for behind a colon. So only what no program takes for anything else.
 */
function canHoldSocket(folder: string): boolean {
  return folder.length + longestSocketName.length <= longestSocketPath && /^[a-z0-9/._-]+$/.test(folder);
}

/** Whatever the note says: nothing but a folder that `socketFolderFor` makes is removed by it. */
function isSocketFolder(path: string): boolean {
  return socketParents().includes(dirname(path)) && /^holdfast-[0-9a-f]{16}$/.test(basename(path));
}

async function removePlace(folder: string): Promise<void> {
  const elsewhere = await readFile(join(folder, socketNote), 'utf8').catch(() => '');
  if (isSocketFolder(elsewhere)) await rm(elsewhere, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
}

/** Both sockets are in the private folder: mongod makes one of its own choice besides the one that it is told to. */
function mongodArguments({ dbPath, logFile, socket, socketFolder }: Place): string[] {
  const parameters = [
    'diagnosticDataCollectionEnabled=false',
    // What had expired when the backup was taken is compared, too.
    'ttlMonitorEnabled=false',
  ];
  return [
    ...['--dbpath', dbPath, '--bind_ip', socket, '--unixSocketPrefix', socketFolder, '--filePermissions', '0600'],
    ...['--logpath', logFile, '--wiredTigerCacheSizeGB', '0.25', '--networkMessageCompressors', 'disabled'],
    ...parameters.flatMap((parameter) => ['--setParameter', parameter]),
  ];
}

/** Its oplog is read by nobody. */
const setArguments = ['--replSet', 'throw-away', '--oplogSize', '64'];

/** A set of one member, which knows itself by the socket that it listens on. */
async function becomePrimary({ address, socket }: Place, signal: AbortSignal): Promise<void> {
  await using client = await connectDeployment(address, { signal });
  const admin = client.db('admin');
  const [, _id] = setArguments;
  await explained(() => admin.command({ replSetInitiate: { _id, members: [{ _id: 0, host: socket }] } }));
  const deadline = performance.now() + startLimitMs;
  while (!(await explained(() => admin.command({ hello: 1 }))).isWritablePrimary) {
    signal.throwIfAborted();
    if (performance.now() > deadline)
      throw new OperationFailure('tool-failed', 'The throw-away mongod does not become a primary.');
    await delay(25);
  }
}

async function record(folder: string, started: RecordedProcess): Promise<void> {
  await writeFile(join(folder, processFile), JSON.stringify(started), { mode: 0o600 });
}

/** One that was not written whole names no process. */
function parseRecorded(text: string): RecordedProcess {
  try {
    return JSON.parse(text) as RecordedProcess;
  } catch {
    return { pid: 0, startTime: '' };
  }
}

function lossOf(tool: RunningTool, path: string, signal: AbortSignal): AbortSignal {
  const lost = new AbortController();
  void tool.exited.then((exit) => {
    const end = { tool: 'mongod', path, hosts: [], exit, said: null, limits: {}, signal };
    const failure = toolFailure(end) ?? new OperationFailure('tool-failed', 'The throw-away mongod ended by itself.');
    lost.abort(failure);
  });
  return lost.signal;
}

async function answers(address: DeploymentAddress, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + startLimitMs;
  for (;;) {
    signal.throwIfAborted();
    try {
      await using _client = await connectDeployment(address, { timeoutMs: 300, signal });
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (performance.now() > deadline) {
        throw new OperationFailure('tool-failed', 'The throw-away mongod does not answer.', { cause: error });
      }
      await delay(25);
    }
  }
}
