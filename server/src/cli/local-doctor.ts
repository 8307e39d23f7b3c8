// The doctor without a server: what can be seen of this machine and of the databases that the settings name.

import type { DiskReport } from '@holdfast/shared/destination';
import type { Config } from '../config.ts';
import { reportDisks } from '../destinations/disk-report.ts';
import { parseConnectionString } from '../engine/connection-string.ts';
import { dataPlaceOf } from '../engine/data-place.ts';
import { connectDeployment } from '../engine/inspect-deployment.ts';
import { recordIn } from '../storage/known-destination.ts';
import { probeLocation } from '../storage/probe-location.ts';
import { locationUrl, parseLocation } from '../storage/storage-location.ts';
import { type DoctorCheck, runDoctor } from '../tools/doctor.ts';

/** `serverProblem` says why no server was asked; that comes first, as a warning. Makes no folder that is not there. */
export async function localDoctor(config: Config, serverProblem: string): Promise<DoctorCheck[]> {
  const { searchPath, cacheDir, toolPaths, dataDir, mongodbUri, ledgerUri } = config;
  const { storageUrl, s3Credentials: credentials } = config;
  const location = parseLocation(storageUrl);
  let made = true;
  const checks = await runDoctor({
    ...{ searchPath, cacheDir, toolPaths, dataDir },
    ...(location.kind === 'folder' ? { storagePath: location.directory } : {}),
    async probeStorage() {
      made = (await probeLocation(storageUrl, { record: recordIn(dataDir), credentials })).isMade;
    },
    disks: () => disks(config),
    ledgerTime: () => ledgerTime(ledgerUri),
    deployments: mongodbUri === null ? [] : [{ name: 'default', uri: mongodbUri }],
    ...(ledgerUri === null ? {} : { ledger: { kind: 'external', uri: ledgerUri } }),
  });
  // An embedded ledger stops with its server: its clock cannot be read, and that is no finding.
  const seen = checks.filter(({ id }) => id !== 'clock' || ledgerUri !== null);
  return [noServer(serverProblem), ...seen.map((check) => (made ? check : notMadeYet(check, locationUrl(location))))];
}

function notMadeYet(check: DoctorCheck, url: string): DoctorCheck {
  if (check.id !== 'storage' || check.status !== 'ok') return check;
  return { ...check, found: `${url.replace(/^file:/, '')} can be made; a server does so when it first starts` };
}

function noServer(found: string): DoctorCheck {
  const advice = 'Start one with `holdfast serve`; what is below was looked at without it.';
  return { id: 'server', title: 'Server', status: 'warning', found, advice };
}

async function disks({ storageUrl, dataDir, ledgerUri, mongodbUri }: Config): Promise<DiskReport> {
  const at = (uri: string) => dataPlaceOf(parseConnectionString(uri));
  return await reportDisks({
    ledger: ledgerUri === null ? { kind: 'here', path: dataDir } : await at(ledgerUri),
    mainUrl: storageUrl,
    deployments: mongodbUri === null ? [] : [{ name: 'default', data: await at(mongodbUri), urls: [storageUrl] }],
  });
}

async function ledgerTime(uri: string | null): Promise<number> {
  if (uri === null) throw new Error('the embedded ledger does not run');
  await using client = await connectDeployment(parseConnectionString(uri), { timeoutMs: 5_000 });
  const { localTime } = await client.db('admin').command({ hello: 1 });
  return localTime.getTime();
}
