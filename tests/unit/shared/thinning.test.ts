import { describe, expect, it } from 'vitest'
import type { CheckpointRecord, SampleRecord } from '#shared/schemas/run.ts'
import { surplusCheckpoints, surplusSamples } from '#shared/thinning.ts'

const checkpoint = (step: number, changes: Partial<CheckpointRecord> = {}) =>
  ({ step, createdAt: step, best: false, pinned: false, damaged: false, ...changes }) as CheckpointRecord
const steps = (found: { step: number }[]) => found.map(({ step }) => step)

describe('the checkpoints that thinning out deletes', () => {
  // Below 100 steps none is kept to guide samples.
  const all = [10, 20, 30, 40, 50, 60].map((step) => checkpoint(step))
  it('are not the newest, the best, the pinned and every n-th', () => {
    expect(steps(surplusCheckpoints(all, 0))).toEqual([10, 20, 30, 40, 50])
    expect(steps(surplusCheckpoints(all, 2))).toEqual([20, 40])
    const marked = all.map((one) =>
      one.step === 20 ? { ...one, best: true } : one.step === 40 ? { ...one, pinned: true } : one,
    )
    expect(steps(surplusCheckpoints(marked, 0))).toEqual([10, 30, 50])
  })
  it('are not the one that training resumed from last, though its step is not the highest', () => {
    const resumed = all.map((one) => (one.step === 30 ? { ...one, createdAt: 100 } : one))
    expect(steps(surplusCheckpoints(resumed, 0))).toEqual([10, 20, 40, 50, 60])
  })
  it('are not the newest that can be read where the newest cannot', () => {
    const damaged = all.map((one) => (one.step === 60 ? { ...one, damaged: true } : one))
    expect(steps(surplusCheckpoints(damaged, 0))).toEqual([10, 20, 30, 40, 60])
  })
  it('are not those that guide samples', () => {
    const late = [50, 100, 200, 4000].map((step) => checkpoint(step))
    const gone = steps(surplusCheckpoints(late, 0))
    expect(gone).not.toContain(100)
    expect(gone).not.toContain(4000)
    expect(gone).toContain(50)
  })
  it('are none of none, and none of one', () => {
    expect(surplusCheckpoints([], 0)).toEqual([])
    expect(surplusCheckpoints([checkpoint(5)], 0)).toEqual([])
  })
})

describe('the sheets that thinning out deletes', () => {
  const sheet = (step: number, kind: 'grid' | 'extra' = 'grid') =>
    ({ id: `${kind}${step}`, step, kind, createdAt: step }) as SampleRecord
  const all = [sheet(4), sheet(1), sheet(3), sheet(2, 'extra'), sheet(2), sheet(5)]
  const gone = (keepEvery: number, marked: string[] = []) =>
    surplusSamples(all, { keepEvery, marked: new Set(marked) }).map(({ id }) => id)
  it('are not the newest, every n-th, those with a marked image, nor any that was asked for', () => {
    expect(gone(0)).toEqual(['grid1', 'grid2', 'grid3', 'grid4'])
    expect(gone(3)).toEqual(['grid2', 'grid3'])
    expect(gone(0, ['grid3'])).toEqual(['grid1', 'grid2', 'grid4'])
  })
})
