import { expect, test } from 'vitest'
import { resolveConfig } from '#shared/presets.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { expectedSeconds } from '../../../src-main/runs/expected-time.ts'

const runOf = (config: Record<string, unknown>, record: Partial<RunRecord> = {}): RunRecord =>
  ({
    ...{ step: 0, trainedSeconds: 0, imageCount: 100, deviceChoice: 'cpu' },
    shape: { height: 8, width: 8, channels: 3 },
    config: resolveConfig('balanced', { steps: 100, ...config }),
    ...record,
  }) as RunRecord
/** Trained at 5 steps per second, together, and at 2. */
const earlier = [
  runOf({ hidden: 8, klWeight: 3 }, { step: 1, trainedSeconds: 5 }),
  runOf({ hidden: 16 }, { step: 10, trainedSeconds: 5 }),
  ...Array.from({ length: 4 }, () => runOf({ hidden: 8 }, { step: 31, trainedSeconds: 5 })),
  runOf({ hidden: 8 }, { step: 1, trainedSeconds: 100 }),
]

test('takes the speed of the newest runs with the same network, whatever its objective, and of the others without one', () => {
  expect(expectedSeconds([runOf({ hidden: 8 })], earlier)).toBe(20)
  expect(expectedSeconds([runOf({ hidden: 16 }, { step: 40 })], earlier)).toBe(30)
  // 3.5 steps per second where both are known.
  const unknown = [runOf({ hidden: 8 }), runOf({ hidden: 16 }), runOf({ hidden: 32, steps: 70 })]
  expect(expectedSeconds(unknown, earlier)).toBe(20 + 50 + 20)
})

test('minutes bound it, less what is trained already', () => {
  expect(expectedSeconds([runOf({ minutes: 2 }, { trainedSeconds: 30 })], [])).toBe(90)
  expect(expectedSeconds([runOf({ hidden: 8, minutes: 0.1 })], earlier)).toBe(6)
})

test('is not known without any run like them', () => {
  expect(expectedSeconds([runOf({ hidden: 32 })], earlier)).toBeNull()
  expect(expectedSeconds([runOf({ hidden: 8, batch: 4 })], earlier)).toBeNull()
  expect(expectedSeconds([runOf({ hidden: 8 })], [])).toBeNull()
  expect(expectedSeconds([], earlier)).toBe(0)
})
