// A short randomised run with a seed of its own each time; `pnpm test:chaos --seed N` has it again.
import { expect, it } from 'vitest';
import { runChaos } from './run-chaos.ts';

it('two servers under commands and faults by chance', { timeout: 300_000 }, async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const say = (line: string) => void process.stderr.write(`[chaos, seed ${seed}] ${line}\n`);
  const report = await runChaos({ seed, seconds: 40, kills: 1_000, faultsPerCheck: 10, onProgress: say });
  expect(report.checks).toBeGreaterThan(0);
  expect(report.faults.kill).toBeGreaterThan(0);
});
