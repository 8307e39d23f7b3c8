import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that mostly wait come first, so that at the end no core is idle. */
class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const waits = ({ moduleId }: TestSpecification) => moduleId.includes('/fault-matrix.');
    const sorted = await super.sort(files);
    return [...sorted.filter(waits), ...sorted.filter((file) => !waits(file))];
  }
}

const resolve = { conditions: ['@holdfast/source', 'node', 'import', 'default'] };

export default defineConfig({
  test: {
    sequence: { sequencer: WaitingFirst },
    projects: [
      {
        resolve,
        ssr: { resolve },
        test: { name: 'unit', include: ['{shared,server,client}/src/**/*.test.ts'], exclude: ['**/*.int.test.ts'] },
      },
      {
        resolve,
        ssr: { resolve },
        test: {
          name: 'integration',
          include: ['{server,client}/src/**/*.int.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 3,
        },
      },
      'web',
    ],
  },
});
