import type { DestinationId } from '@holdfast/shared/ids';
import { describe, expect, it } from 'vitest';
import { copiesOf, failCopy, missCopy, recordCopy, storedCopies, wantedCopies } from './copies.ts';
import { adoptedData, backupEvents, backupId, backupIn, sealedData } from './examples.ts';
import { given } from './testing.ts';

const stream = `backup:${backupId}` as const;
const { key } = sealedData;
const main = { id: sealedData.destinationId, name: 'main' };
const offsite = { id: '01970000-0000-7000-8000-000000000018' as DestinationId, name: 'offsite' };
const both = [main.id, offsite.id];
const full = { reason: 'disk-full', message: 'full', hint: 'free some' } as const;
const denied = { reason: 'storage-unwritable', message: 'denied', hint: 'allow it' } as const;

const completed = backupIn.completed ?? [];
const read = (events: Parameters<typeof given>[0]) => given(events)(stream);
const state = (events: Parameters<typeof given>[0]) => {
  const found = read(events);
  if (found === undefined) throw new Error('there is no such backup');
  return found;
};
const copied = recordCopy(state(completed), { backupId, destination: offsite, key, sizeBytes: 10 });
const standing = (events: Parameters<typeof given>[0]) => copiesOf(state(events)).map((copy) => copy.state);

describe('a copy', () => {
  it('is recorded once', () => {
    expect(copied).toMatchObject([{ type: 'BackupCopied', data: { destinationName: 'offsite', key, sizeBytes: 10 } }]);
    expect(standing(completed)).toStrictEqual(['stored']);
    const both = state([...completed, ...copied]);
    expect(standing([...completed, ...copied])).toStrictEqual(['stored', 'stored']);
    expect(recordCopy(both, { backupId, destination: offsite, key, sizeBytes: 10 })).toStrictEqual([]);
    expect(recordCopy(both, { backupId, destination: main, key, sizeBytes: 10 })).toStrictEqual([]);
  });

  it('fails once for each reason in a row, and is stored once it is made', () => {
    const fail = (events: typeof completed, failure: typeof full | typeof denied) =>
      failCopy(state(events), { backupId, destination: offsite, failure });
    const failed = [...completed, ...fail(completed, full)];
    expect(failed.at(-1)).toMatchObject({ type: 'BackupCopyFailed', data: { reason: 'disk-full' } });
    expect(fail(failed, full)).toStrictEqual([]);
    const again = [...failed, ...fail(failed, denied)];
    expect(again.at(-1)).toMatchObject({ type: 'BackupCopyFailed', data: { reason: 'storage-unwritable' } });
    const made = [...again, ...recordCopy(state(again), { backupId, destination: offsite, key, sizeBytes: 10 })];
    expect(standing(made)).toStrictEqual(['stored', 'stored']);
    expect(fail(made, full)).toStrictEqual([]);
  });
});

describe('a copy whose file is gone', () => {
  const miss = (events: typeof completed, destination: typeof main, known: readonly string[] = both) =>
    missCopy(state(events), { backupId, destination, known });

  it('is missing while another one is left, and the backup is once none is', () => {
    const two = [...completed, ...copied];
    const one = [...two, ...miss(two, main)];
    expect(one.at(-1)).toMatchObject({ type: 'BackupCopyMissing', data: { destinationName: 'main' } });
    expect(read(one)?.status).toBe('completed');
    expect(storedCopies(state(one)).map(({ destinationId }) => destinationId)).toStrictEqual([offsite.id]);
    expect(miss(one, main)).toStrictEqual([]);
    const none = [...one, ...miss(one, offsite)];
    expect(none.at(-1)).toMatchObject({ type: 'BackupMissing', data: { destinationId: offsite.id } });
    expect([read(none)?.status, standing(none)]).toStrictEqual(['missing', ['missing', 'missing']]);
  });

  it('leaves the backup missing when the other one is at a destination that nobody knows', () => {
    const two = [...completed, ...copied];
    expect(miss(two, main, [main.id])).toMatchObject([{ type: 'BackupMissing' }]);
  });

  it('is nothing where there was none', () => {
    expect(miss(completed, offsite)).toStrictEqual([]);
  });

  it('is wanted back once the backup is adopted from another one', () => {
    const two = [...completed, ...copied];
    const one = [...two, ...miss(two, offsite)];
    const gone = [...one, ...miss(one, main)];
    const adopted = [...gone, backupEvents.adopted];
    expect(adoptedData.destinationId).toBe(main.id);
    expect(standing(adopted)).toStrictEqual(['stored', 'missing']);
    expect(wantedCopies(state(adopted), [], both)).toStrictEqual([offsite.id]);
  });
});

describe('what is wanted', () => {
  it.each([
    ['the destinations of the policy', both, both, [offsite.id]],
    ['none that is not known', both, [main.id], []],
    ['where it was, without such ones', [], both, []],
  ] as const)('is %s', (_, ofPolicy, known, expected) => {
    expect(wantedCopies(state(completed), ofPolicy, known)).toStrictEqual(expected);
  });
});
