// Where a MongoDB server keeps its data, as far as it lies on this machine and lets itself be asked.
import { hostname, networkInterfaces } from 'node:os';
import { isAbsolute } from 'node:path';
import type { DiskUnknown } from '@holdfast/shared/destination';
import { OperationFailure } from '@holdfast/shared/failures';
import type { MongoClient } from 'mongodb';
import type { DeploymentAddress } from './connection-string.ts';
import { explained } from './driver-failure.ts';
import { connectDeployment } from './inspect-deployment.ts';

/** `here`: a folder of this machine, if it is there at all; `elsewhere`: behind an address that is none of this machine's. */
export type DataPlace =
  | { readonly kind: 'here'; readonly path: string }
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'unknown'; readonly reason: DiskUnknown };

/** Asks nobody elsewhere. Does not throw for what it does not learn. */
export async function dataPlaceOf(address: DeploymentAddress): Promise<DataPlace> {
  if (address.srv || !address.hosts.every(isThisMachine)) return { kind: 'elsewhere' };
  try {
    await using client = await connectDeployment(address, { timeoutMs: 3_000 });
    return await dataPathOf(client);
  } catch (error) {
    if (!(error instanceof OperationFailure)) throw error;
    return { kind: 'unknown', reason: error.reason === 'not-authorized' ? 'not-permitted' : 'unreachable' };
  }
}

/** Whether `host:port` is an address or the name of this machine. */
export function isThisMachine(host: string): boolean {
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  if (name === 'localhost' || name.endsWith('.localhost') || name === hostname().toLowerCase()) return true;
  if (name.startsWith('127.')) return true;
  const addresses = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
  return addresses.some(({ address }) => address === name);
}

async function dataPathOf(client: MongoClient): Promise<DataPlace> {
  const { parsed = {} } = await explained(() => client.db('admin').command({ getCmdLineOpts: 1 }));
  // A router has no data of its own.
  if (parsed.sharding?.configDB !== undefined) return { kind: 'unknown', reason: 'not-there' };
  const path = parsed.storage?.dbPath ?? '/data/db';
  return typeof path === 'string' && isAbsolute(path)
    ? { kind: 'here', path }
    : { kind: 'unknown', reason: 'not-there' };
}
