import type { Config } from '../config.ts';
import type { Comparison } from '../sample/compare-databases.ts';
import type { DemoServer } from './demo-server.ts';
import type { DemoSteps } from './demo-steps.ts';
import type { LedgerStory } from './ledger-story.ts';
import type { Output } from './output.ts';

/** What a demo is given. */
export interface DemoContext {
  readonly config: Config;
  readonly output: Output;
  readonly steps: DemoSteps;
  /** Alter one byte of what was restored, so that the comparison has something to find. */
  readonly sabotage: boolean;
}

/** The same, once its server runs. */
export interface RunningDemo extends DemoContext {
  readonly server: DemoServer;
}

/** What a demo found. */
export interface DemoResult extends LedgerStory {
  /** One for each database. */
  readonly comparisons: readonly Comparison[];
  readonly backupId: string;
  readonly restoreId: string;
}
