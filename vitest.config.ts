import { defineConfig } from 'vitest/config';

const resolve = { conditions: ['@holdfast/source', 'node', 'import', 'default'] };

export default defineConfig({
  test: {
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
          maxWorkers: 2,
        },
      },
      'web',
    ],
  },
});
