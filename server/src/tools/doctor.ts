// What is found on this machine and what is missing, with what to do. Looks only; changes nothing.
import { readFile, statfs } from 'node:fs/promises';
import { OperationFailure } from '@holdfast/shared/failures';
import { findTool, type ToolName } from './find-tool.ts';

export interface DoctorCheck {
  readonly id: string;
  readonly title: string;
  readonly status: 'ok' | 'warning' | 'failed';
  readonly found: string;
  readonly advice: string | null;
}

export interface DoctorOptions {
  readonly searchPath: string;
  readonly cacheDir: string;
  readonly toolPaths: Readonly<Partial<Record<ToolName, string>>>;
  readonly dataDir: string;
  /** Writes and reads back a probe at the destination; throws OperationFailure. */
  readonly probeStorage: () => Promise<void>;
  /** The ledger server's clock, milliseconds since the epoch; throws when the ledger does not answer. */
  readonly ledgerTime: () => Promise<number>;
}

/** Runs every check; one that cannot be made is `failed` with the reason, and the others still run. */
export async function runDoctor(options: DoctorOptions): Promise<DoctorCheck[]> {
  const tools = (['mongod', 'mongodump', 'mongorestore'] as const).map((name) => checkTool(name, options));
  return Promise.all([
    checkNode(),
    checkCpu(),
    ...tools,
    checkSpace(options.dataDir),
    checkStorage(options),
    checkLedger(options),
    checkTimeZones(),
  ]);
}

function checkNode(): DoctorCheck {
  const fine = Number(process.versions.node.split('.')[0]) >= 24;
  const advice = fine ? null : 'Start it with npx pnpm@12, which brings the Node version it needs.';
  return { id: 'node', title: 'Node', status: fine ? 'ok' : 'failed', found: process.versions.node, advice };
}

async function checkCpu(): Promise<DoctorCheck> {
  const flags = await readFile('/proc/cpuinfo', 'utf8').catch(() => null);
  const base = { id: 'cpu', title: 'CPU' };
  if (flags === null) return { ...base, status: 'ok', found: `${process.arch}, not looked into`, advice: null };
  if (process.arch !== 'x64' || /\bavx\b/.test(flags))
    return { ...base, status: 'ok', found: process.arch, advice: null };
  const advice = 'mongod 5 and later needs AVX: run it on another machine and name the ledger with LEDGER_URI.';
  return { ...base, status: 'warning', found: 'no AVX', advice };
}

async function checkTool(name: ToolName, options: DoctorOptions): Promise<DoctorCheck> {
  const base = { id: name, title: name };
  try {
    const { searchPath, cacheDir, toolPaths } = options;
    const found = await findTool(name, { searchPath, cacheDir, configured: toolPaths[name] });
    if (found)
      return { ...base, status: 'ok', found: `${found.version}, ${found.path} (${found.source})`, advice: null };
    return {
      ...base,
      status: 'failed',
      found: 'not found',
      advice: 'It is provided at the next start, or install it and start again.',
    };
  } catch (error) {
    if (!(error instanceof OperationFailure)) throw error;
    return { ...base, status: 'failed', found: error.message, advice: 'Correct the variable, or unset it.' };
  }
}

const gib = 1024 ** 3;

async function checkSpace(dataDir: string): Promise<DoctorCheck> {
  const { bavail, blocks, bsize } = await statfs(dataDir);
  const [free, total] = [bavail * bsize, blocks * bsize];
  const low = free < Math.max(gib, total * 0.05);
  const found = `${(free / gib).toFixed(1)} GiB free of ${(total / gib).toFixed(1)} GiB at ${dataDir}`;
  const advice = low ? 'Free space: backups stop at the reserve of 1 GiB or 5 %.' : null;
  return { id: 'disk', title: 'Disk space', status: low ? 'warning' : 'ok', found, advice };
}

async function checkStorage({ probeStorage }: DoctorOptions): Promise<DoctorCheck> {
  const base = { id: 'storage', title: 'Storage' };
  try {
    await probeStorage();
    return { ...base, status: 'ok', found: 'written and read back', advice: null };
  } catch (error) {
    if (!(error instanceof OperationFailure)) throw error;
    return { ...base, status: 'failed', found: error.message, advice: error.toFailure().hint };
  }
}

const toleratedSkewMs = 5_000;

async function checkLedger({ ledgerTime }: DoctorOptions): Promise<DoctorCheck> {
  const base = { id: 'ledger', title: 'Ledger and clock' };
  try {
    const skewMs = Math.round((await ledgerTime()) - Date.now());
    const off = Math.abs(skewMs) > toleratedSkewMs;
    const advice = off ? 'Set both clocks by NTP: leases and schedules compare them.' : null;
    return { ...base, status: off ? 'warning' : 'ok', found: `answers; clocks differ by ${skewMs} ms`, advice };
  } catch {
    return {
      ...base,
      status: 'failed',
      found: 'does not answer',
      advice: 'See whether its mongod runs and has disk space.',
    };
  }
}

function checkTimeZones(): DoctorCheck {
  const hour = (month: number) =>
    new Intl.DateTimeFormat('en', { timeZone: 'Europe/Paris', hour: 'numeric', hourCycle: 'h23' }).format(
      new Date(Date.UTC(2026, month, 1, 12)),
    );
  const fine = hour(0) === '13' && hour(6) === '14';
  const advice = fine ? null : 'This Node lacks time zone data: schedules would run at the wrong hour.';
  return {
    id: 'time-zones',
    title: 'Time zones',
    status: fine ? 'ok' : 'failed',
    found: fine ? 'known, with summer time' : 'incomplete',
    advice,
  };
}
