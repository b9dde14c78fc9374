import { expect, it } from 'vitest'
import { snapshotInterval } from '../../../src-main/files/average-snapshots.ts'

/** The steps of the snapshots that are left of a run after its last step. */
function kept(steps: number, goal: number): number[] {
  let taken: number[] = []
  for (let step = 1; step <= steps; step++) {
    const interval = snapshotInterval(step, goal)
    if (step % interval === 0) taken = [...taken.filter((at) => at % interval === 0), step]
  }
  return taken
}

it.each([40, 600, 1000, 1024, 2600, 20_000])(
  'keeps 16 to 32 snapshots at even distances of %i steps',
  (steps) => {
    for (const goal of [steps, Infinity]) {
      const at = kept(steps, goal)
      if (goal === steps || steps >= 512) expect(at.length).toBeGreaterThanOrEqual(16)
      expect(at.length).toBeLessThanOrEqual(32)
      const gaps = at.map((step, i) => step - (at[i - 1] ?? 0))
      expect(new Set(gaps).size).toBe(1)
      expect(steps - (at.at(-1) ?? NaN)).toBeLessThan(gaps[0] ?? NaN)
    }
  },
)

it('keeps the snapshots of a run that is extended at the distances of the longer run', () => {
  const first = kept(1000, 1000)
  const longer = snapshotInterval(1001, 3000)
  expect(first.filter((step) => step % longer === 0).length).toBe(Math.floor(1000 / longer))
})
