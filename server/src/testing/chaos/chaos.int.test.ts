// A short randomised run, the same steps each time, at whatever speed this machine has; `pnpm test:chaos` takes other seeds.
import { expect, it } from 'vitest';
import { runChaos } from './run-chaos.ts';

it('two servers under commands and faults by chance', { timeout: 300_000 }, async () => {
  const seed = 930_812_576;
  const say = (line: string) => void process.stderr.write(`[chaos, seed ${seed}] ${line}\n`);
  const report = await runChaos({ seed, seconds: 40, kills: 1_000, faultsPerCheck: 10, onProgress: say });
  expect(report.checks).toBeGreaterThan(0);
  expect(report.faults.kill).toBeGreaterThan(0);
});
