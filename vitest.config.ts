import { defineConfig } from 'vitest/config'

// TensorFlow is loaded once a process and keeps its threads: one file, one process.
const pool = 'forks' as const

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['tests/unit/**/*.test.ts'], pool } },
      {
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          pool,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
