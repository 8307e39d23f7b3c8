// `pnpm bench:swap [--swaps N] [--writers N] [--readers N] [--collections N]`: both ways of the swap on a set of three, under writers
// with majority and readers over all collections. Prints how long it took, and what was lost or seen mixed.
import { parseArgs } from 'node:util';
import { startReplicaSet } from '../server/src/testing/mongo.ts';
import { electRarely, swapUnderLoad } from '../server/src/testing/swap-load.ts';
import { percentiles } from './measures.ts';

const { values } = parseArgs({
  options: {
    swaps: { type: 'string', default: '100' },
    writers: { type: 'string', default: '8' },
    readers: { type: 'string', default: '2' },
    collections: { type: 'string', default: '10' },
  },
});
const [swaps, writers, readers, collections] = [values.swaps, values.writers, values.readers, values.collections].map(
  Number,
) as [number, number, number, number];

await using mongo = await startReplicaSet({ members: 3 });
await electRarely(mongo);
for (const method of ['apply-ops', 'renames'] as const) {
  const options = { uri: mongo.uri, database: 'load', method, swaps, writers, readers, collections };
  const { swapMs, misshapen, ...counts } = await swapUnderLoad(options);
  const report = { method, swaps: swapMs.length, swapMs: percentiles(swapMs), ...counts, misshapen: misshapen.length };
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
