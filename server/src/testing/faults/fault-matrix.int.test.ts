// A selection of the fault matrix, for each change; `pnpm test:faults` runs all of it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failpoints } from '../../failpoints.ts';
import { elsewhere, faultNames, nameOf, shortMatrix } from './fault-cases.ts';
import { type FaultStage, openFaultStage } from './fault-stage.ts';
import { runFaultCase } from './run-fault-case.ts';

let stage: FaultStage;

beforeAll(async () => {
  stage = await openFaultStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

it('has every fault and every point', () => {
  expect(new Set(shortMatrix.map(({ fault }) => fault))).toStrictEqual(new Set(faultNames));
  expect(new Set(shortMatrix.map(({ point }) => point))).toStrictEqual(
    new Set(failpoints.filter((point) => !elsewhere.has(point))),
  );
});

describe('is idle, true and consistent afterwards, and goes on', () => {
  it.each(shortMatrix.map((one) => [nameOf(one), one] as const))('%s', { timeout: 180_000 }, async (_, one) => {
    expect((await runFaultCase(stage, one)).idleMs).toBeGreaterThan(0);
  });
});
