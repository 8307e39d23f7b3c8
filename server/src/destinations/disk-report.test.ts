import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isThisMachine } from '../engine/data-place.ts';
import { reportDisks } from './disk-report.ts';

let disk: string;
beforeAll(async () => {
  disk = await mkdtemp(join(tmpdir(), 'holdfast-disks-'));
});
afterAll(() => rm(disk, { recursive: true, force: true }));

/** A file system of its own on every Linux. */
const otherDisk = '/proc';
const here = (path: string) => ({ kind: 'here', path }) as const;
const elsewhere = { kind: 'elsewhere' } as const;

describe('the report of the disks', () => {
  it('names each deployment whose only copy shares a disk with its database or the ledger', async () => {
    const mainUrl = `file:${disk}/backups`;
    const deployments = [
      { name: 'beside', data: here(disk), urls: [mainUrl] },
      { name: 'remote', data: elsewhere, urls: [mainUrl] },
      { name: 'copied', data: here(disk), urls: [mainUrl, 's3://backups/shop'] },
      { name: 'apart', data: here(disk), urls: [`file:${otherDisk}/none`] },
    ];
    expect(await reportDisks({ ledger: here(otherDisk), mainUrl, deployments })).toStrictEqual({
      shared: [
        { deploymentName: 'beside', urls: [mainUrl], with: ['database'] },
        { deploymentName: 'apart', urls: [`file:${otherDisk}/none`], with: ['ledger'] },
      ],
      unknown: [],
    });
  });

  it('looks at the ledger alone while nothing is registered', async () => {
    const mainUrl = `file:${disk}/backups`;
    const shared = [{ deploymentName: null, urls: [mainUrl], with: ['ledger'] }];
    expect(await reportDisks({ ledger: here(disk), mainUrl, deployments: [] })).toStrictEqual({ shared, unknown: [] });
    expect(await reportDisks({ ledger: elsewhere, mainUrl, deployments: [] })).toStrictEqual({
      shared: [],
      unknown: [],
    });
  });

  it('says what it does not know', async () => {
    const mainUrl = `file:${disk}/backups`;
    const unknown = { kind: 'unknown', reason: 'not-permitted' } as const;
    const deployments = [
      { name: 'asked', data: unknown, urls: [mainUrl] },
      { name: 'container', data: here('/no/such/folder'), urls: [mainUrl] },
      { name: 'bucket', data: here(disk), urls: ['s3://backups?endpoint=http://127.0.0.1:9000'] },
      { name: 'copied', data: unknown, urls: [mainUrl, 's3://backups'] },
    ];
    expect(await reportDisks({ ledger: elsewhere, mainUrl, deployments })).toStrictEqual({
      shared: [],
      unknown: [
        { deploymentName: 'asked', reason: 'not-permitted' },
        { deploymentName: 'container', reason: 'not-there' },
        { deploymentName: 'bucket', reason: 'bucket-on-this-machine' },
      ],
    });
  });

  it('knows of no disk of the host from within a container, but of a copy elsewhere', async () => {
    const mainUrl = `file:${disk}/backups`;
    const deployments = [
      { name: 'neighbour', data: elsewhere, urls: [mainUrl] },
      { name: 'copied', data: elsewhere, urls: [mainUrl, 's3://backups'] },
    ];
    const report = await reportDisks({ ledger: here(otherDisk), mainUrl, deployments, inContainer: true });
    expect(report).toStrictEqual({
      shared: [],
      unknown: [{ deploymentName: 'neighbour', reason: 'in-container' }],
    });
  });

  it.each([
    ['127.0.0.1:27017', true],
    ['localhost:27017', true],
    ['[::1]:27017', true],
    ['db.example.com:27017', false],
    ['192.0.2.7:27017', false],
  ])('%s is this machine: %s', (host, expected) => {
    expect(isThisMachine(host)).toBe(expected);
  });
});
