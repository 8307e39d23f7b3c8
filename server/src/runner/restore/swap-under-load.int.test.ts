import { afterAll, beforeAll, expect, it } from 'vitest';
import { startReplicaSet, type TestMongo } from '../../testing/mongo.ts';
import { electRarely, swapUnderLoad } from '../../testing/swap-load.ts';

let mongo: TestMongo;

beforeAll(async () => {
  mongo = await startReplicaSet({ members: 3 });
  await electRarely(mongo);
});
afterAll(() => mongo.stop());

it('apply-ops: under eight writers no acknowledged write is lost, and no reader sees a mix', async () => {
  const report = await swapUnderLoad({ uri: mongo.uri, database: 'load', method: 'apply-ops', swaps: 8 });
  expect(report).toMatchObject({ lost: 0, mixed: 0, misshapen: [] });
  expect(report.acknowledged).toBeGreaterThan(100);
  expect(report.reads).toBeGreaterThan(8);
});

it('renames: what is live and kept is whole; what is lost between two renames is counted', async () => {
  const report = await swapUnderLoad({ uri: mongo.uri, database: 'load', method: 'renames', swaps: 4 });
  expect(report.misshapen).toStrictEqual([]);
  const { acknowledged, lost, refused, mixed, reads } = report;
  process.stderr.write(
    `[swap] back to back: ${lost} of ${acknowledged} acknowledged writes lost, ${refused} refused, ${mixed} of ${reads} reads mixed\n`,
  );
  expect(lost).toBeLessThan(acknowledged / 4);
});
