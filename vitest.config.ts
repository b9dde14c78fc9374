import { defineConfig } from 'vitest/config'
import { LongFilesFirst } from './tests/helpers/long-files-first.ts'

// TensorFlow is loaded once a process and keeps its threads: one file, one process.
const pool = 'forks' as const

export default defineConfig({
  test: {
    sequence: { sequencer: LongFilesFirst },
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
          // Threads of two processes on two cores wait for each other; tests/helpers/all-threads.ts is for those that need them.
          env: { FLOWERBED_THREADS: '1' },
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
