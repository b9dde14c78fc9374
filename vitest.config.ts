import { defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'
import type { TestSpecification } from 'vitest/node'

// TensorFlow is loaded once a process and keeps its threads: one file, one process.
const pool = 'forks' as const

/** Files of a minute or more: begun last, one of them would keep one core busy while the other has nothing left. */
const long = ['native/', 'training/kill', 'remote/ssh-', 'remote/train-elsewhere', 'cli/cli.', 'cli/study']

class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => long.some((part) => moduleId.includes(`/${part}`))
    const sorted = await super.sort(files)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

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
