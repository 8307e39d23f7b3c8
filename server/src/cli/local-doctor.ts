// The doctor without a server: what can be seen of this machine and of the databases that the settings name.
import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OperationFailure } from '@holdfast/shared/failures';
import type { Config } from '../config.ts';
import { parseConnectionString } from '../engine/connection-string.ts';
import { connectDeployment } from '../engine/inspect-deployment.ts';
import { recordIn } from '../storage/known-destination.ts';
import { openStorage } from '../storage/open-storage.ts';
import { type DoctorCheck, runDoctor } from '../tools/doctor.ts';

/** `serverProblem` says why no server was asked; that comes first, as a warning. Makes no folder that is not there. */
export async function localDoctor(config: Config, serverProblem: string): Promise<DoctorCheck[]> {
  const { searchPath, cacheDir, toolPaths, dataDir, mongodbUri, ledgerUri } = config;
  const storagePath = config.storageUrl.slice('file:'.length);
  const checks = await runDoctor({
    ...{ searchPath, cacheDir, toolPaths, dataDir, storagePath },
    probeStorage: () => probeStorage(storagePath, dataDir),
    ledgerTime: () => ledgerTime(ledgerUri),
    deployments: mongodbUri === null ? [] : [{ name: 'default', uri: mongodbUri }],
    ...(ledgerUri === null ? {} : { ledger: { kind: 'external', uri: ledgerUri } }),
  });
  // An embedded ledger stops with its server: its clock cannot be read, and that is no finding.
  const seen = checks.filter(({ id }) => id !== 'clock' || ledgerUri !== null);
  const made = await permits(storagePath, constants.F_OK);
  return [noServer(serverProblem), ...seen.map((check) => (made ? check : notMadeYet(check, storagePath)))];
}

function notMadeYet(check: DoctorCheck, storagePath: string): DoctorCheck {
  if (check.id !== 'storage' || check.status !== 'ok') return check;
  return { ...check, found: `${storagePath} can be made; a server does so when it first starts` };
}

function noServer(found: string): DoctorCheck {
  const advice = 'Start one with `holdfast serve`; what is below was looked at without it.';
  return { id: 'server', title: 'Server', status: 'warning', found, advice };
}

async function probeStorage(folder: string, dataDir: string): Promise<void> {
  if (await mayBeWritten(folder)) return (await openStorage(`file:${folder}`, { record: recordIn(dataDir) })).probe();
  const parent = await nearestThere(dirname(folder));
  if (await mayBeWritten(parent)) return;
  throw new OperationFailure('storage-unwritable', `${folder} is not there, and ${parent} may not be written to.`);
}

async function nearestThere(folder: string): Promise<string> {
  for (let path = folder; ; path = dirname(path)) {
    if (dirname(path) === path || (await permits(path, constants.F_OK))) return path;
  }
}

function mayBeWritten(folder: string): Promise<boolean> {
  return permits(folder, constants.W_OK);
}

function permits(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

async function ledgerTime(uri: string | null): Promise<number> {
  if (uri === null) throw new Error('the embedded ledger does not run');
  await using client = await connectDeployment(parseConnectionString(uri), { timeoutMs: 5_000 });
  const { localTime } = await client.db('admin').command({ hello: 1 });
  return localTime.getTime();
}
