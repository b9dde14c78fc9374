import { defineConfig } from 'vitest/config'

// TensorFlow is loaded once a process and keeps its threads: one file, one process.
const pool = 'forks' as const

export default defineConfig({
  test: {
    projects: [
      // The limits are for tests that hang: a busy machine takes long over any.
      {
        test: {
          name: 'unit',
          include: ['tests/unit/**/*.test.ts'],
          pool,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          pool,
          // Much of each file is one process loading TensorFlow or waiting for another: two of them fill two cores.
          maxWorkers: 2,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
